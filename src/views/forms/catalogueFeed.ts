import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import { NotFoundError } from '../../api/errors';
import type { TensorDockClient } from '../../api/client';
import type { CatalogState } from '../webview/shared/protocol';

/** How old what is to be had may become while a form is on screen. */
const refreshMs = 60_000;

/** What is to be had, asked for while a form is on screen and never else. */
export class CatalogueFeed implements Disposable {
  state: CatalogState = { loading: false, locations: [], hostnodes: [] };
  private readonly listeners = new Set<() => void>();
  private readonly viewers = new Set<object>();
  private readonly stop = new AbortController();
  private timer?: Disposable;
  private running?: Promise<void>;

  constructor(
    /** The client of the account that is signed in now. */
    private readonly api: () => Pick<TensorDockClient, 'listLocations' | 'listHostnodes'>,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  onDidChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Counts a form as on screen or not; the first one on screen asks at once where the answer is old. */
  setVisible(viewer: object, visible: boolean): void {
    if (visible) this.viewers.add(viewer);
    else this.viewers.delete(viewer);
    this.schedule();
  }

  /** Asks now; while an answer is under way, waits for that one. */
  refresh(): Promise<void> {
    this.running ??= this.ask().finally(() => {
      this.running = undefined;
      this.schedule();
    });
    return this.running;
  }

  /** What was answered is no longer to be relied on: asks again as soon as a form is on screen. */
  startAnew(): void {
    this.askedAt = undefined;
    this.schedule();
  }

  dispose(): void {
    this.stop.abort();
    this.viewers.clear();
    this.timer?.dispose();
    this.listeners.clear();
  }

  private schedule(): void {
    this.timer?.dispose();
    this.timer = undefined;
    if (this.viewers.size === 0 || this.running || this.stop.signal.aborted) return;
    const age = this.clock.now() - (this.askedAt ?? -Infinity);
    if (age >= refreshMs) void this.refresh();
    else this.timer = this.clock.after(refreshMs - age, () => void this.refresh());
  }

  private askedAt?: number;

  private async ask(): Promise<void> {
    this.askedAt = this.clock.now();
    this.set({ ...this.state, loading: true });
    const [locations, hostnodes] = await Promise.allSettled([
      none(async () => this.api().listLocations({ signal: this.stop.signal })),
      none(async () => this.api().listHostnodes({ signal: this.stop.signal })),
    ]);
    if (this.stop.signal.aborted) return;
    const failed = [locations, hostnodes].find((answer) => answer.status === 'rejected');
    const reason: unknown = failed?.reason;
    const error = failed && (reason instanceof Error ? reason.message : String(reason));
    if (error !== undefined) this.log.warn(`The catalogue was not answered: ${error}`);
    const answered = locations.status === 'fulfilled' || hostnodes.status === 'fulfilled';
    this.set({
      loading: false,
      locations: locations.status === 'fulfilled' ? [...locations.value].map(copy) : this.state.locations,
      hostnodes: hostnodes.status === 'fulfilled' ? [...hostnodes.value].map(copy) : this.state.hostnodes,
      at: answered ? this.clock.now() : this.state.at,
      error,
    });
  }

  private set(state: CatalogState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** A service without such a call has nothing to offer, which is a normal answer. */
async function none<T>(list: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}

/** The contract's types are writable; what comes from the service is not ours to change. */
function copy<T>(value: T): Mutable<T> {
  return structuredClone(value) as Mutable<T>;
}

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;
