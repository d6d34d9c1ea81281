import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import { NotFoundError } from '../../api/errors';
import type { TensorDockClient } from '../../api/client';
import type { CatalogState } from '../webview/shared/protocol';

/** How often to refresh available GPUs while a form is visible. */
const refreshMs = 60_000;

/** Available GPUs, requested only while a form is visible. */
export class CatalogFeed implements Disposable {
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

  /** Records whether a form is visible. The first visible form refreshes at once if the last answer is old. */
  setVisible(viewer: object, visible: boolean): void {
    if (visible) this.viewers.add(viewer);
    else this.viewers.delete(viewer);
    this.schedule();
  }

  /** Refreshes now, or waits for the refresh that's already running. */
  refresh(): Promise<void> {
    this.running ??= this.load().finally(() => {
      this.running = undefined;
      this.schedule();
    });
    return this.running;
  }

  /** Discards the age of the last answer: refreshes as soon as a form is visible. */
  invalidate(): void {
    this.requestedAt = undefined;
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
    const age = this.clock.now() - (this.requestedAt ?? -Infinity);
    if (age >= refreshMs) void this.refresh();
    else this.timer = this.clock.after(refreshMs - age, () => void this.refresh());
  }

  private requestedAt?: number;

  private async load(): Promise<void> {
    this.requestedAt = this.clock.now();
    this.set({ ...this.state, loading: true });
    const [locations, hostnodes] = await Promise.allSettled([
      orEmpty(async () => this.api().listLocations({ signal: this.stop.signal })),
      orEmpty(async () => this.api().listHostnodes({ signal: this.stop.signal })),
    ]);
    if (this.stop.signal.aborted) return;
    const failed = [locations, hostnodes].find((answer) => answer.status === 'rejected');
    const reason: unknown = failed?.reason;
    const error = failed && (reason instanceof Error ? reason.message : String(reason));
    if (error !== undefined) this.log.warn(`Couldn’t load available GPUs: ${error}`);
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

/** A service without this endpoint has nothing to offer, which is a normal answer. */
async function orEmpty<T>(list: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}

/** A writable copy, as the message schemas' types require. */
function copy<T>(value: T): Mutable<T> {
  return structuredClone(value) as Mutable<T>;
}

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;
