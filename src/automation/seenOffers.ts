import path from 'node:path';
import * as v from 'valibot';
import type { Location } from '../api/types';
import type { Logger } from '../base/logger';
import { SharedFile } from '../base/sharedFile';

const mostModels = 200;
const mostLocations = 300;

const seenSchema = v.object({
  models: v.array(v.string()),
  locations: v.array(
    v.object({
      id: v.string(),
      city: v.optional(v.string()),
      stateProvince: v.optional(v.string()),
      country: v.optional(v.string()),
    }),
  ),
});

const fileSchema = v.object({ version: v.literal(1), origins: v.record(v.string(), seenSchema) });

/** The IDs of GPU models and the locations that a service has listed at some time, oldest first. */
export interface Seen {
  readonly models: readonly string[];
  readonly locations: readonly Omit<Location, 'gpus' | 'tier'>[];
}

interface SeenData {
  readonly version: 1;
  readonly origins: Readonly<Record<string, Seen>>;
}

export const nothingSeen: Seen = { models: [], locations: [] };

/** Remembers what each service has listed, so that a person can wait for what it doesn't list now. */
export class SeenOffers {
  private readonly file: SharedFile<SeenData>;

  constructor(
    /** Global storage: a folder that all windows share. */
    folder: string,
    private readonly log: Logger,
  ) {
    const empty: SeenData = { version: 1, origins: {} };
    this.file = new SharedFile<SeenData>(path.join(folder, 'seen.json'), fileSchema, empty, log);
  }

  /** Adds what a service lists now. Nothing is written where nothing is new. Never rejects. */
  async note(origin: string, locations: readonly Location[]): Promise<void> {
    try {
      const { origins } = await this.file.read();
      const known = seenAt(origins, origin);
      if (addSeen(known, locations) === known) return;
      await this.file.update((data) => ({
        ...data,
        origins: { ...data.origins, [origin]: addSeen(seenAt(data.origins, origin), locations) },
      }));
    } catch (error) {
      this.log.warn(`seen offers: ${String(error)}`);
    }
  }

  /** What a service has listed so far. Never rejects. */
  async of(origin: string): Promise<Seen> {
    try {
      return seenAt((await this.file.read()).origins, origin);
    } catch (error) {
      this.log.warn(`seen offers: ${String(error)}`);
      return nothingSeen;
    }
  }
}

/** Adds what is new; the same object if nothing is. */
export function addSeen(seen: Seen, listed: readonly Location[]): Seen {
  const models = new Set(seen.models);
  const locations = new Map(seen.locations.map((location) => [location.id, location]));
  for (const { id, city, stateProvince, country, gpus } of listed) {
    for (const { model } of gpus) models.add(model);
    if (!locations.has(id)) locations.set(id, { id, city, stateProvince, country });
  }
  if (models.size === seen.models.length && locations.size === seen.locations.length) return seen;
  return {
    models: [...models].slice(-mostModels),
    locations: [...locations.values()].slice(-mostLocations),
  };
}

function seenAt(origins: SeenData['origins'], origin: string): Seen {
  return Object.hasOwn(origins, origin) ? (origins[origin] ?? nothingSeen) : nothingSeen;
}
