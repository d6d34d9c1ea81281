import * as l10n from '@vscode/l10n';
import * as v from 'valibot';

/** A time or a duration in milliseconds. */
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));

const kinds = ['created', 'create-refused', 'started', 'start-refused', 'ssh', 'outage'] as const;

const eventSchema = v.object({
  accountId: v.string(),
  locationId: v.string(),
  kind: v.picklist(kinds),
  /** The operation or the instance that it was about. */
  subject: v.string(),
  at: amount,
  /** `ssh`: how long after the create it answered. */
  tookMs: v.optional(amount),
});

/** The file that all windows share. */
export const trackRecordSchema = v.object({
  version: v.literal(1),
  /** Oldest first. */
  events: v.array(eventSchema),
  /** Where instances were created, since a service may not say where they are. Oldest first. */
  homes: v.array(v.object({ accountId: v.string(), instanceId: v.string(), locationId: v.string() })),
});

export type TrackEvent = Readonly<v.InferOutput<typeof eventSchema>>;
export type TrackRecordData = v.InferOutput<typeof trackRecordSchema>;

export const emptyTrackRecord: TrackRecordData = { version: 1, events: [], homes: [] };

/** What a window saw. Without a location, it's the one where the instance was created. */
export interface TrackNews extends Omit<TrackEvent, 'locationId'> {
  readonly locationId?: string;
  readonly instanceId?: string;
}

const dayMs = 24 * 3_600_000;
/** For how many days events are kept. */
const trackedDays = 90;
const mostEvents = 1_000;
const mostHomes = 300;
/** Several windows see the same outage, at slightly different times. */
const sameOutageMs = 3_600_000;

/** Adds what was seen; the same data if it's known already, or nobody knows where it was. */
export function addNews(data: TrackRecordData, news: TrackNews, now: number): TrackRecordData {
  const { accountId, instanceId, kind, subject, at, tookMs } = news;
  const homes = data.homes.filter((home) => home.accountId === accountId && home.instanceId === instanceId);
  const locationId = news.locationId ?? homes[0]?.locationId;
  if (locationId === undefined || data.events.some((event) => isSame(event, news))) return data;
  const isNew = kind === 'created' && instanceId !== undefined && homes.length === 0;
  const event = { accountId, locationId, kind, subject, at, tookMs };
  return {
    version: 1,
    events: [...data.events, event].filter((each) => isRecent(each, now)).slice(-mostEvents),
    homes: isNew ? [...data.homes, { accountId, instanceId, locationId }].slice(-mostHomes) : data.homes,
  };
}

/** What an account saw at each location, in words. Locations where it saw nothing are left out. */
export function hintsOf(
  { events }: TrackRecordData,
  accountId: string,
  now: number,
): ReadonlyMap<string, string> {
  const own = events.filter((event) => event.accountId === accountId && isRecent(event, now));
  const ids = new Set(own.map(({ locationId }) => locationId));
  return new Map([...ids].map((id) => [id, describe(own.filter(({ locationId }) => locationId === id))]));
}

/** `3 of 3 starts worked here · SSH ready after about 2 min · 1 outage here`. */
function describe(events: readonly TrackEvent[]): string {
  const count = (kind: TrackEvent['kind']): number => events.filter((event) => event.kind === kind).length;
  const [created, started, outages] = [count('created'), count('started'), count('outage')];
  const creates = created + count('create-refused');
  const starts = started + count('start-refused');
  const toSsh = median(events.flatMap(({ tookMs }) => tookMs ?? []));
  return [
    creates === 0
      ? undefined
      : creates === 1
        ? l10n.t('{0} of 1 create worked here', created)
        : l10n.t('{0} of {1} creates worked here', created, creates),
    starts === 0
      ? undefined
      : starts === 1
        ? l10n.t('{0} of 1 start worked here', started)
        : l10n.t('{0} of {1} starts worked here', started, starts),
    toSsh === undefined
      ? undefined
      : l10n.t('SSH ready after about {0} min', Math.max(1, Math.round(toSsh / 60_000))),
    outages === 0 ? undefined : outages === 1 ? l10n.t('1 outage here') : l10n.t('{0} outages here', outages),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** An event from the future was seen while the computer's clock was ahead. */
function isRecent({ at }: TrackEvent, now: number): boolean {
  return at <= now && at > now - trackedDays * dayMs;
}

function isSame(event: TrackEvent, { accountId, kind, subject, at }: TrackNews): boolean {
  return (
    event.accountId === accountId &&
    event.kind === kind &&
    event.subject === subject &&
    (kind !== 'outage' || Math.abs(event.at - at) < sameOutageMs)
  );
}
