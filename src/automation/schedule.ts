import * as v from 'valibot';

const scheduleSchema = v.object({
  id: v.string(),
  accountId: v.string(),
  instanceId: v.string(),
  name: v.string(),
  at: v.number(),
  warnedFor: v.optional(v.number()),
  takenAt: v.optional(v.number()),
  retryAt: v.optional(v.number()),
  problem: v.optional(v.string()),
  notFoundAt: v.optional(v.number()),
  askedAt: v.optional(v.number()),
});

export const schedulesSchema = v.object({ version: v.literal(1), schedules: v.array(scheduleSchema) });

/** A stop that a person scheduled. All times are milliseconds since the epoch. */
export interface Schedule {
  readonly id: string;
  readonly accountId: string;
  readonly instanceId: string;
  /** As it was when it was scheduled; text from outside. */
  readonly name: string;
  readonly at: number;
  /** The `at` that some window warned of. */
  readonly warnedFor?: number;
  /** When a window claimed it. */
  readonly takenAt?: number;
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
/** Longer than checking, stopping, and trying again can take: a window that claimed it longer ago is gone. */
const takenMs = 3 * 60_000;

/** The phase of a schedule at `now`. */
export function phaseOf(schedule: Schedule, now: number): SchedulePhase {
  if (schedule.at > now) return 'waiting';
  if (schedule.takenAt !== undefined && Math.abs(now - schedule.takenAt) < takenMs) return 'stopping';
  return now - schedule.at > latestMs ? 'missed' : 'due';
}
