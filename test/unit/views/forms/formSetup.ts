import type * as vscode from 'vscode';
import * as v from 'valibot';
import { vi } from 'vitest';
import type { RunningOperation } from '../../../../src/instances/operations/operations';
import { CatalogFeed } from '../../../../src/views/forms/catalogFeed';
import type { FormParts } from '../../../../src/views/forms/parts';
import { followOperations } from '../../../../src/views/notifications/operationProgress';
import {
  toCreateForm,
  toModifyForm,
  type ToCreateForm,
  type ToModifyForm,
} from '../../../../src/views/webview/shared/protocol';
import { locationIds } from '../../../simulator/catalogue';
import { FakePanel } from '../../fakeVscode';
import { MemorySnapshot } from '../../instances/memory';
import { Person, type Window } from '../../instances/windows';

type Message = ToCreateForm | ToModifyForm;

/** A window with the real store and operations on the simulated service, and a form's panel. */
export interface FormSetup {
  readonly person: Person;
  /** Replaced where a test reloads it. */
  window: Window;
  readonly panel: FakePanel;
  /** The same as VS Code's type. */
  readonly webviewPanel: vscode.WebviewPanel;
  readonly parts: FormParts;
  readonly feed: CatalogFeed;
  /** What was recorded of how long instances took to answer over SSH. */
  readonly sshTimes: readonly (readonly [instanceId: string, tookMs: number])[];
  /** The messages of a type that the page got, each of which keeps the contract. */
  posted<Type extends Message['type']>(type: Type): readonly Extract<Message, { type: Type }>[];
  /** Signs another account in; `undefined` signs out. */
  switchAccount(accountId: string | undefined): Promise<void>;
  close(): void;
}

export async function setUpForm(): Promise<FormSetup> {
  const person = new Person({ wire: { listItems: 'full' } });
  const window = await person.open();
  await person.clock.advance(1_000);
  const { store, operations } = window;
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn(), show: vi.fn() };
  const memory = new Map<string, unknown>();
  const sshTimes: [string, number][] = [];
  const reportedByForm = new WeakSet<RunningOperation>();
  const parts = {
    extensionUri: { path: '/extension' },
    clock: person.clock,
    log,
    settings: { images: ['ubuntu2404'], origin: 'https://dashboard.tensordock.com' },
    store,
    operations,
    ssh: { choose: () => Promise.resolve() },
    keys: { list: () => Promise.resolve([]), generate: () => Promise.resolve(undefined) },
    reportedByForm,
    trackRecord: {
      hints: () => Promise.resolve({ [locationIds.chubbuck]: '3 of 3 starts worked here' }),
      noteSsh: (...time: [string, number]) => void sshTimes.push(time),
      onDidChange: () => ({ dispose: () => undefined }),
    },
    memory: {
      get: (key: string) => memory.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
    },
    accountName: () => undefined,
  } as unknown as FormParts;
  const following = followOperations({ operations, clock: person.clock, log: log as never, reportedByForm });
  const feed = new CatalogFeed(() => store.api, person.clock, parts.log);
  const panel = new FakePanel();
  return {
    person,
    window,
    panel,
    webviewPanel: panel as unknown as vscode.WebviewPanel,
    parts,
    feed,
    sshTimes,
    posted: <Type extends Message['type']>(type: Type) =>
      panel.posted
        .map((message) => v.parse(v.union([toCreateForm, toModifyForm]), message))
        .filter((message): message is Extract<Message, { type: Type }> => message.type === type),
    switchAccount: async (accountId) => {
      await store.setSession(
        accountId === undefined
          ? undefined
          : { accountId, api: window.api, shared: new MemorySnapshot(accountId) },
      );
    },
    close: () => {
      following.dispose();
      feed.dispose();
      person.close();
    },
  };
}
