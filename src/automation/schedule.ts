import * as v from 'valibot';
import { nextTime, type Repeat, repeatSchema } from './repeat';

const scheduleSchema = v.object({
  id: v.string(),
  accountId: v.string(),
  instanceId: v.string(),
  name: v.string(),
  at: v.number(),
  repeat: v.optional(repeatSchema),
  unlessConnected: v.optional(v.literal(true)),
  warnedFor: v.optional(v.number()),
  lastWarnedFor: v.optional(v.number()),
  takenAt: v.optional(v.number()),
  sentAt: v.optional(v.number()),
  retryAt: v.optional(v.number()),
  problem: v.optional(v.string()),
  notFoundAt: v.optional(v.number()),
  askedAt: v.optional(v.number()),
});

export const schedulesSchema = v.object({ version: v.literal(1), schedules: v.array(scheduleSchema) });

/** What a person asked for: to stop an instance. All times are milliseconds since the epoch. */
export interface ScheduleWish {
  /** The account that is signed in by default. */
  readonly accountId?: string;
  readonly instanceId: string;
  /** As it is when it's scheduled; text from outside. */
  readonly name: string;
  /** Missing for one that repeats. */
  readonly at?: number;
  readonly repeat?: Repeat;
  /** It ends as soon as a window connects to the instance. */
  readonly unlessConnected?: true;
}

/** A stop that a person scheduled. */
export interface Schedule extends ScheduleWish {
  readonly id: string;
  readonly accountId: string;
  /** The next time. */
  readonly at: number;
  /** The `at` that some window gave the first notice of. */
  readonly warnedFor?: number;
  /** The `at` that some window gave the last notice of. */
  readonly lastWarnedFor?: number;
  /** When a window claimed it. */
  readonly takenAt?: number;
  /**
   * When the service accepted the stop. From then on it's only checked: whoever starts the instance again isn't stopped
   * a second time.
   */
  readonly sentAt?: number;
  /** Not to be tried again before. */
  readonly retryAt?: number;
  /** Why the last attempt failed. */
  readonly problem?: string;
  /** When the service first answered that it doesn't know the instance, and hasn't answered otherwise since. */
  readonly notFoundAt?: number;
  /** When some window last asked what to do with it, as it was missed. */
  readonly askedAt?: number;
}

/** `missed`: it wasn't carried out in time, and a person has to decide whether it still should be. */
export type SchedulePhase = 'waiting' | 'due' | 'stopping' | 'missed';

/** Later than this nothing is stopped without asking: the person may be using it by then. */
export const latestMs = 10 * 60_000;
/** How far ahead a stop may be scheduled. */
export const farthestMs = 31 * 24 * 3_600_000;
/** How long before a stop the first and the last notice are given. */
export const firstNoticeMs = 5 * 60_000;
export const lastNoticeMs = 60_000;
/** Longer than checking, stopping, and trying again can take: a window that claimed it longer ago is gone. */
const takenMs = 3 * 60_000;
/** How long after a failure it's tried again, and how long after a question it's asked again. */
export const retryMs = 60_000;
export const askAgainMs = 3_600_000;

/** Whether some window works on it at `now`. */
export function isTaken({ takenAt }: Schedule, now: number): boolean {
  return takenAt !== undefined && Math.abs(now - takenAt) < takenMs;
}

/** Whether it isn't to be tried yet. A time farther away than any gap was recorded while the clock was ahead. */
export function isResting({ retryAt = 0, sentAt }: Schedule, now: number): boolean {
  return retryAt > now && retryAt - now <= (sentAt === undefined ? retryMs : askAgainMs);
}

/** Whether a person was asked about it lately. */
export function isAsked({ askedAt }: Schedule, now: number): boolean {
  return askedAt !== undefined && Math.abs(now - askedAt) < askAgainMs;
}

/** The phase of a schedule at `now`. */
export function phaseOf(schedule: Schedule, now: number): SchedulePhase {
  if (schedule.at > now) return 'waiting';
  if (isTaken(schedule, now) || schedule.sentAt !== undefined) return 'stopping';
  return now - schedule.at > latestMs ? 'missed' : 'due';
}

/** The same schedule for another time. Someone who picks one in two minutes needs no notice of it. */
export function movedTo(schedule: Schedule, at: number, now: number): Schedule {
  const { id, accountId, instanceId, name, repeat, unlessConnected } = schedule;
  return {
    id,
    accountId,
    instanceId,
    name,
    at,
    repeat,
    unlessConnected,
    warnedFor: at - now <= firstNoticeMs ? at : undefined,
    lastWarnedFor: at - now <= lastNoticeMs ? at : undefined,
  };
}

/** What is left of a schedule after its time: the next time of one that repeats, or nothing. */
export function afterwards(schedule: Schedule, now: number): readonly Schedule[] {
  return schedule.repeat
    ? [movedTo(schedule, nextTime(schedule.repeat, Math.max(schedule.at, now)), now)]
    : [];
}
