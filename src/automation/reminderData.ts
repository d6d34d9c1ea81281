import * as v from 'valibot';

const instanceFields = { accountId: v.string(), instanceId: v.string() };
export const remindersSchema = v.object({
  version: v.literal(1),
  runs: v.array(v.object({ ...instanceFields, runningSince: v.number(), notBefore: v.number() })),
  never: v.optional(v.array(v.object(instanceFields))),
  links: v.optional(
    v.array(
      v.object({
        ...instanceFields,
        isConnected: v.boolean(),
        since: v.number(),
        left: v.optional(v.boolean()),
        said: v.optional(v.boolean()),
      }),
    ),
  ),
});

interface Subject {
  readonly accountId: string;
  readonly instanceId: string;
}

/** Whether a person was reminded of one run of an instance; the next run starts over. */
interface Run extends Subject {
  readonly runningSince: number;
  /** No reminder before this time, milliseconds since the epoch. */
  readonly notBefore: number;
}

/** Whether some window is connected to an instance, and since when. */
interface Link extends Subject {
  readonly isConnected: boolean;
  readonly since: number;
  /** The last window was closed, and nobody was told yet. */
  readonly left?: boolean;
  /** It was said that no window has been connected for long. */
  readonly said?: boolean;
}

/** What all windows share. */
export interface ReminderData {
  readonly version: 1;
  readonly runs: readonly Run[];
  /** Instances that a person wants no reminder of. */
  readonly never?: readonly Subject[];
  readonly links?: readonly Link[];
}

/** `long`: has been running for long. `left`: its last window was closed. `unconnected`: no window for an hour. */
export type ReminderKind = 'long' | 'left' | 'unconnected';

/** A running instance as one window sees it. */
export interface Sight extends Subject {
  readonly runningSince: number;
  /** Missing if it isn't known which windows are connected. */
  readonly isConnected?: boolean;
  /** It needs no reminder. */
  readonly isExcused: boolean;
}

const hourMs = 3_600_000;
/** A window that reloads is connected again within this time. */
const graceMs = 2 * 60_000;
const unconnectedMs = hourMs;
/** How long something is kept of an instance that no window sees running. */
const keptMs = 31 * 24 * hourMs;

/** What the file becomes, and which reminders are due; one for an instance at most. Changes nothing if nothing is new. */
export function advance(
  data: ReminderData,
  sights: readonly Sight[],
  now: number,
  periodMs: number,
): { readonly data: ReminderData; readonly due: ReadonlyMap<string, ReminderKind> } {
  const due = new Map<string, ReminderKind>();
  const runs: Run[] = [];
  const links: Link[] = [];
  for (const sight of sights) {
    const { accountId, instanceId, runningSince } = sight;
    const run = data.runs.find((one) => isSame(one, sight) && one.runningSince === runningSince);
    const link = linkAfter(
      data.links?.find((one) => isSame(one, sight)),
      sight,
      now,
    );
    const isSilent = sight.isExcused || (data.never?.some((one) => isSame(one, sight)) ?? false);
    const kind = isSilent ? undefined : kindOf(sight, run, link, now, periodMs);
    if (kind) due.set(instanceId, kind);
    // After one reminder, no other one follows for a while.
    const notBefore = kind && now + (kind === 'long' ? periodMs : unconnectedMs);
    if (notBefore !== undefined) runs.push({ accountId, instanceId, runningSince, notBefore });
    else if (run) runs.push(run);
    if (link) {
      links.push({
        ...link,
        left: kind === 'left' ? undefined : link.left,
        said: kind === 'unconnected' ? true : link.said,
      });
    }
  }
  // What this window doesn't see running, another one may.
  const isOther = (one: Subject, at: number): boolean =>
    at > now - keptMs && !sights.some((sight) => isSame(one, sight));
  const otherRuns = data.runs.filter((one) => isOther(one, one.notBefore));
  const otherLinks = data.links?.filter((one) => isOther(one, one.since)) ?? [];
  return {
    data: { ...data, runs: [...otherRuns, ...runs], links: [...otherLinks, ...links] },
    due,
  };
}

/** No reminder for `ms`, and then one that says again what the last one said. */
export function snoozed(data: ReminderData, sight: Sight, now: number, ms: number): ReminderData {
  const { accountId, instanceId, runningSince } = sight;
  const run: Run = { accountId, instanceId, runningSince, notBefore: now + ms };
  return {
    ...data,
    runs: [...data.runs.filter((one) => !isSame(one, sight)), run],
    links: data.links?.map((one) => (isSame(one, sight) ? { ...one, said: undefined } : one)),
  };
}

/** Whether both mean the same instance of the same account. */
export function isSame(one: Subject, other: Subject): boolean {
  return one.accountId === other.accountId && one.instanceId === other.instanceId;
}

function linkAfter(link: Link | undefined, sight: Sight, now: number): Link | undefined {
  const { accountId, instanceId, isConnected, runningSince } = sight;
  if (isConnected === undefined) return link;
  // It's of an earlier run, or was recorded while the clock was ahead.
  const isOld = link !== undefined && link.since < runningSince;
  const isAhead = link !== undefined && link.since > now;
  if (isAhead && link.isConnected === isConnected) return { ...link, since: now };
  if (link?.isConnected === isConnected && !isOld) return link;
  const left = link?.isConnected === true && !isConnected && !isOld ? true : undefined;
  return { accountId, instanceId, isConnected, since: now, left };
}

function kindOf(
  { runningSince }: Sight,
  run: Run | undefined,
  link: Link | undefined,
  now: number,
  periodMs: number,
): ReminderKind | undefined {
  if (link?.left && now - link.since >= graceMs) return 'left';
  if ((run?.notBefore ?? 0) > now) return undefined;
  if (now - runningSince >= periodMs) return 'long';
  const isUnconnected = link && !link.isConnected && !link.said && now - link.since >= unconnectedMs;
  return isUnconnected ? 'unconnected' : undefined;
}
