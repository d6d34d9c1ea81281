import { NotFoundError } from '../api/errors';
import type { Location } from '../api/types';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import type { InstanceStore } from './store';

const firstRetryMs = 30_000;
const slowestRetryMs = 3_600_000;
/** About six hours. What failed for so long is left alone until someone signs in again, or opens a new window. */
const mostAttempts = 12;

export interface LocationNamesOptions {
  readonly store: Pick<InstanceStore, 'session' | 'rows' | 'status' | 'onDidChange'>;
  readonly clock: Clock;
  /** 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random: () => number;
  readonly log: Logger;
}

/**
 * The locations behind the location IDs of instances. They are loaded once per account, and only if an instance has a
 * location ID; a failure is retried with growing gaps.
 */
export class LocationNames implements Disposable {
  private readonly changes = new Emitter<undefined>();
  private readonly listener: Disposable;
  private byId: ReadonlyMap<string, Location> = new Map();
  private accountId: string | undefined;
  private state: 'missing' | 'loading' | 'done' = 'missing';
  private timer: Disposable | undefined;

  /** More locations are known. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: LocationNamesOptions) {
    this.listener = options.store.onDidChange(() => this.follow());
    this.follow();
  }

  /** The location with an ID, if it is known yet. */
  of(id: string): Location | undefined {
    return this.byId.get(id);
  }

  dispose(): void {
    this.listener.dispose();
    this.timer?.dispose();
    this.changes.dispose();
  }

  private follow(): void {
    const { store } = this.options;
    const { accountId } = store.status;
    if (accountId !== this.accountId) {
      this.accountId = accountId;
      this.byId = new Map();
      this.state = 'missing';
      this.timer?.dispose();
    }
    if (accountId === undefined || this.state !== 'missing') return;
    if (!store.rows().some(({ instance }) => instance.locationId !== undefined)) return;
    this.state = 'loading';
    void this.load(accountId, 1);
  }

  private async load(accountId: string, attempt: number): Promise<void> {
    const { store, clock, random, log } = this.options;
    try {
      const locations = await store.session.api.listLocations();
      if (this.accountId !== accountId) return;
      this.byId = new Map(locations.map((location) => [location.id, location]));
      this.state = 'done';
      this.changes.fire(undefined);
    } catch (error) {
      log.info(`locations: ${error instanceof Error ? error.message : String(error)}`);
      if (this.accountId !== accountId) return;
      // A service of the formal contract has no list of locations, so IDs are shown.
      if (error instanceof NotFoundError || attempt >= mostAttempts) {
        this.state = 'done';
        return;
      }
      const gap = Math.min(firstRetryMs * 2 ** (attempt - 1), slowestRetryMs);
      this.timer = clock.after(gap * (0.5 + random()), () => void this.load(accountId, attempt + 1));
    }
  }
}
