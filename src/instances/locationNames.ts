import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import type { Location } from '../api/types';
import { Emitter } from '../base/emitter';
import type { InstanceStore } from './store';

/** The places behind the location ids of instances: asked for once an account, and only where an id was told. */
export class LocationNames implements Disposable {
  private readonly changes = new Emitter<undefined>();
  private readonly listener: Disposable;
  private byId: ReadonlyMap<string, Location> = new Map();
  private askedFor: string | undefined;

  /** More places are known. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly store: Pick<InstanceStore, 'api' | 'rows' | 'status' | 'onDidChange'>,
    private readonly log: Logger,
  ) {
    this.listener = store.onDidChange(() => void this.look());
  }

  of(id: string): Location | undefined {
    return this.byId.get(id);
  }

  dispose(): void {
    this.listener.dispose();
    this.changes.dispose();
  }

  private async look(): Promise<void> {
    const { accountId } = this.store.status;
    if (accountId === undefined || accountId === this.askedFor) return;
    if (!this.store.rows().some(({ instance }) => instance.locationId !== undefined)) return;
    this.askedFor = accountId;
    try {
      const locations = await this.store.api.listLocations();
      this.byId = new Map(locations.map((location) => [location.id, location]));
      this.changes.fire(undefined);
    } catch (error) {
      // The ids are shown then; a service of the formal contract has no locations to ask for.
      this.log.info(`locations: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
