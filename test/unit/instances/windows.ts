import '../../../src/instances/operations/work';
import type { Logger } from '../../../src/base/logger';
import { TensorDockClient } from '../../../src/api/client';
import type { CreateRequest } from '../../../src/api/types';
import type { BudgetCheck } from '../../../src/instances/operations/budgetGate';
import { Operations, type OperationQuestion } from '../../../src/instances/operations/operations';
import type { Need } from '../../../src/instances/pace';
import { InstanceStore } from '../../../src/instances/store';
import { hostIds } from '../../simulator/catalogue';
import { ManualClock } from '../../simulator/clock';
import { inProcessFetch } from '../../simulator/inProcess';
import type { SimulatedInstance } from '../../simulator/model';
import type { ServiceOptions } from '../../simulator/options';
import { Random } from '../../simulator/random';
import { SimulatedService, type RecordedRequest } from '../../simulator/service';
import type { InstanceDescription } from '../../simulator/world';
// Loaded with the first operation; a clock that a test moves doesn't wait for that.
import '../../../src/instances/operations/work';
import { MemoryJournal, MemorySnapshot } from './memory';

/** How the list is written: with all details of each instance, or with few. */
export const fullList: ServiceOptions = { wire: { listItems: 'full' } };
export const thinList: ServiceOptions = { wire: { listItems: 'thin' } };

export const token = 'sentinel-7f3c1d9e';
export const origin = 'http://127.0.0.1:1';
export const rtx4090 = 'geforcertx4090-pcie-24gb';

/** A logger that keeps all lines, with their level. */
export class KeptLog implements Logger {
  readonly lines: string[] = [];
  trace = (message: string): void => void this.lines.push(`trace ${message}`);
  debug = (message: string): void => void this.lines.push(`debug ${message}`);
  info = (message: string): void => void this.lines.push(`info ${message}`);
  warn = (message: string): void => void this.lines.push(`warn ${message}`);
  error = (message: string): void => void this.lines.push(`error ${message}`);
}

/** One VS Code window of the person, as far as the state of the account goes. */
export interface Window {
  readonly store: InstanceStore;
  readonly operations: Operations;
  readonly api: TensorDockClient;
  need: Omit<Need, 'waiting'>;
  onScreen: Set<string>;
  readonly gone: string[];
  /** What it has asked since it was opened. */
  readonly questions: readonly OperationQuestion[];
  close(): void;
}

/** An instance with a GPU that is stopped, for the simulated service. */
export function stoppedInstance(name: string): InstanceDescription {
  return {
    organization: 'main',
    name,
    image: 'ubuntu2404',
    status: 'stopped',
    hostnodeId: hostIds.chubbuck,
    needsGpu: true,
    holdsGpus: true,
    wantedForwards: [{ internal: 22, external: 0 }],
    sizes: { vcpus: 8, ramGb: 32, storageGb: 200, gpus: [{ model: rtx4090, count: 1 }] },
  };
}

/** A person's windows on one simulated service, in one process and on a clock that is turned. */
export class Person {
  readonly clock = new ManualClock();
  readonly log = new KeptLog();
  readonly service: SimulatedService;
  readonly shared = new MemorySnapshot('account-1');
  readonly journal = new MemoryJournal();
  readonly windows: Window[] = [];
  /** The limits that the person set. */
  budget: BudgetCheck | undefined;
  private readonly random: Random;

  constructor(options: ServiceOptions = {}, seed = 1) {
    this.random = new Random(seed);
    this.service = new SimulatedService({ clock: this.clock, tokens: [token], ...options });
  }

  get world(): SimulatedService['world'] {
    return this.service.world;
  }

  /** Adds an instance to the world; stopped by default. */
  addInstance(name: string, description: Partial<InstanceDescription> = {}): SimulatedInstance {
    const instance = this.world.add({ ...stoppedInstance(name), ...description });
    if (instance.status === 'running') this.world.bringUp(instance.id);
    return instance;
  }

  /** Opens a window on running instances of these names, once it shows them. */
  async openWith(...names: readonly string[]): Promise<Window> {
    for (const name of names) this.addInstance(name, { status: 'running' });
    const window = await this.open();
    if (names.length > 0) await this.until(() => window.store.rows().length === names.length);
    await this.clock.advance(2_000);
    return window;
  }

  /** The ID of an instance by its name. */
  idOf(name: string): string {
    const instance = this.world.all().find((candidate) => candidate.name === name);
    if (!instance) throw new Error(`No instance ${name}`);
    return instance.id;
  }

  async open(changes: Partial<Omit<Need, 'waiting'>> = {}): Promise<Window> {
    const { clock, log, service } = this;
    const random = (): number => this.random.next();
    const api = new TensorDockClient({
      origin,
      getToken: () => Promise.resolve(token),
      fetch: inProcessFetch(service),
      clock,
      random,
      logger: log,
      beforeRequest: () => {
        window.store.noteRequest();
        return Promise.resolve();
      },
    });
    const gone: string[] = [];
    const store = new InstanceStore({
      clock,
      log,
      random,
      need: () => window.need,
      onScreen: () => window.onScreen,
    });
    store.onDidGo((ids) => gone.push(...ids.filter((id) => !gone.includes(id))));
    const operations = new Operations({
      journal: this.journal,
      store,
      clock,
      log,
      budget: async (start, others) => this.budget?.(start, others) ?? [],
    });
    const questions: OperationQuestion[] = [];
    operations.onDidAsk((question) => questions.push(question));
    const window: Window = {
      store,
      operations,
      api,
      gone,
      questions,
      need: { visible: true, focused: true, intervalMs: 30_000, ...changes },
      onScreen: new Set(),
      close: () => {
        operations.dispose();
        store.dispose();
      },
    };
    this.windows.push(window);
    await store.setSession({ accountId: 'account-1', api, shared: this.shared });
    return window;
  }

  /** How many requests the service got of a method to paths that end so. */
  count(method: string, end = ''): number {
    return this.requests(method, end).length;
  }

  requests(method: string, end = ''): readonly RecordedRequest[] {
    return this.service.requests.filter((request) => request.method === method && request.path.endsWith(end));
  }

  /** Turns the clock, a second at a time, until it holds; throws after so much of its time. */
  async until(holds: () => boolean, withinMs = 600_000): Promise<void> {
    const end = this.clock.now() + withinMs;
    await this.clock.advance(0);
    while (!holds()) {
      if (this.clock.now() >= end) throw new Error(`Not within ${withinMs} ms: ${holds.toString()}`);
      await this.clock.advance(1_000);
    }
  }

  /** What a promise came to, once it did. */
  async outcome<T>(promise: Promise<T>, withinMs?: number): Promise<T> {
    let settled = false;
    promise.then(
      () => (settled = true),
      () => (settled = true),
    );
    await this.until(() => settled, withinMs);
    return promise;
  }

  close(): void {
    for (const window of this.windows) window.close();
    this.service.dispose();
  }
}

/** What a form sends. */
export function createRequest(changes: Partial<CreateRequest> = {}): CreateRequest {
  return {
    name: 'made',
    image: 'ubuntu2404',
    resources: { vcpuCount: 8, ramGb: 32, storageGb: 200, gpus: [{ model: rtx4090, count: 1 }] },
    placement: { hostnodeId: hostIds.chubbuck },
    portForwards: [{ internalPort: 22, externalPort: 0 }],
    sshKey: 'ssh-ed25519 AAAA somebody',
    ...changes,
  };
}

/** The state of one instance in a window; `undefined` if it has no row. */
export function shown(window: Window, name: string): string | undefined {
  return window.store.rows().find((row) => row.instance.name === name)?.state;
}

export function names(window: Window): readonly string[] {
  return window.store.rows().map((row) => row.instance.name);
}
