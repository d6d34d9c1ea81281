import type { Disposable } from '../../../src/base/disposable';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { TensorDockApi } from '../../../src/api/client';
import { NotFoundError, ServiceError } from '../../../src/api/errors';
import type { Instance, InstanceState, Location } from '../../../src/api/types';
import { Emitter } from '../../../src/base/emitter';
import { AccountLeftError, type AccountSession } from '../../../src/instances/accountSession';
import type { OperationKind, OperationRecord } from '../../../src/instances/operations/journal';
import type { RunningOperation } from '../../../src/instances/operations/operations';
import type { InstanceRow, StoreChange, StoreStatus } from '../../../src/instances/store';

export const minute = 60_000;
export const hour = 3_600_000;
/** A Monday at nine, in whichever zone the tests run. */
export const monday = new Date(2026, 10, 23, 9, 0).getTime();

const folders: string[] = [];
interface Owned extends Disposable {
  /** Resolves when it has stopped writing. */
  settled?(): Promise<void>;
}

const owned: Owned[] = [];

afterEach(async () => {
  for (const one of owned.splice(0)) {
    one.dispose();
    await one.settled?.();
  }
  for (const folder of folders.splice(0)) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** A folder of its own, removed after the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-cost-'));
  folders.push(folder);
  return folder;
}

/** Disposes it after the test. */
export function own<T extends Owned>(one: T): T {
  owned.push(one);
  return one;
}

export function rowOf(id: string, state: InstanceState, rateHourly?: number, name = id): InstanceRow {
  return {
    instance: { id, name, state, statusText: state, rateHourly },
    state,
    accountId: 'account-1',
    unlisted: false,
    detailed: true,
  };
}

type StandInSession = Pick<AccountSession, 'api' | 'left' | 'requireCurrent'>;

/** What a window knows of the account, set by hand. */
export class StandInStore {
  status: StoreStatus = { accountId: 'account-1', listedAt: 0 };
  readonly changes = new Emitter<StoreChange>();
  readonly goneIds = new Emitter<readonly string[]>();
  readonly onDidChange = this.changes.event;
  readonly lists = new Emitter<void>();
  readonly onDidList = this.lists.event;
  readonly onDidGo = this.goneIds.event;
  listLocations: (options?: { signal?: AbortSignal }) => Promise<Location[]> = async () => [];
  /** What the service answers when one instance is asked for by itself. */
  answer: (id: string) => InstanceRow | undefined = (id) => this.row(id);
  private current: readonly InstanceRow[] = [];

  rows(): readonly InstanceRow[] {
    return this.current;
  }

  row(id: string): InstanceRow | undefined {
    return this.current.find((row) => row.instance.id === id);
  }

  get api(): TensorDockApi {
    // Only this one call is made in what is tested here.
    return { listLocations: this.listLocations } as unknown as TensorDockApi;
  }

  /** The session of the account that is signed in; it is left when another one signs in. */
  sessionOf(accountId: string): StandInSession | undefined {
    if (this.status.accountId !== accountId) return undefined;
    const requireCurrent = (): void => {
      if (this.status.accountId !== accountId) throw new AccountLeftError();
    };
    const getInstance = async (id: string): Promise<Instance> => {
      if (this.status.failure) throw new ServiceError('service-down', 'TensorDock does not answer.');
      const row = this.answer(id);
      if (!row) throw new NotFoundError('TensorDock couldn’t find it.');
      return row.instance;
    };
    const api = { listLocations: this.listLocations, getInstance } as unknown as TensorDockApi;
    return { api, left: new AbortController().signal, requireCurrent };
  }

  /** The service answered a list at `listedAt`. */
  list(listedAt: number, ...rows: InstanceRow[]): void {
    const before = this.current;
    this.current = rows;
    this.status = { ...this.status, listedAt, failure: undefined };
    this.changes.fire({
      added: rows.filter((row) => !before.some((other) => other.instance.id === row.instance.id)).map(idOf),
      removed: before.filter((row) => !rows.some((other) => other.instance.id === row.instance.id)).map(idOf),
      changed: [],
      status: true,
    });
  }

  /** One instance was asked for by itself, between two lists. */
  look(row: InstanceRow): void {
    this.current = this.current.map((other) => (other.instance.id === row.instance.id ? row : other));
    this.changes.fire({ added: [], removed: [], changed: [row.instance.id], status: false });
  }

  fail(): void {
    const failure = { code: 'service-down', message: 'No answer.', since: 0, at: 0, count: 1 } as const;
    this.status = { ...this.status, failure };
    this.changes.fire({ added: [], removed: [], changed: [], status: true });
  }

  signIn(accountId: string | undefined): void {
    this.current = [];
    this.status = { accountId, listedAt: 0 };
    this.changes.fire({ added: [], removed: [], changed: [], status: true });
  }
}

function idOf(row: InstanceRow): string {
  return row.instance.id;
}

/** The operations of a window, which note what was asked for. */
export class StandInOperations {
  readonly begun: string[] = [];
  noted: OperationRecord | undefined;
  /** How the service takes a stop. */
  accept: () => Promise<unknown> = async () => undefined;

  of(): OperationRecord | undefined {
    return this.noted;
  }

  async begin(
    kind: Exclude<OperationKind, 'create' | 'modify'>,
    instanceId: string,
  ): Promise<RunningOperation> {
    this.begun.push(`${kind} ${instanceId}`);
    const accepted = this.accept();
    accepted.catch(() => undefined);
    return {
      record: {
        version: 1,
        id: 'op',
        accountId: 'account-1',
        kind,
        instanceId,
        name: '',
        startedAt: 0,
        step: 'begin',
      },
      message: '',
      onDidReport: () => ({ dispose: () => undefined }),
      isElsewhere: false,
      isContinued: false,
      accepted,
      done: accepted,
      outcome: Promise.resolve({ kind: 'done', value: { id: instanceId } }),
      cancel: () => undefined,
      choose: () => undefined,
    };
  }
}
