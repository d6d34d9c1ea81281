import { NotFoundError } from '../api/errors';
import type { AccountSession } from '../instances/accountSession';
import { goneAfterMs } from '../instances/merge';
import { isStopped } from '../instances/state';
import { latestMs, type Schedule } from './schedule';

/** What a schedule uses of the session of its own account. */
export type ScheduleSession = Pick<AccountSession, 'api' | 'left' | 'requireCurrent'>;

/**
 * What the service says about the instance of a schedule right now. `on`: it's running, or at least not stopped.
 * `stopping`: wait and see. `not-found`: a 404, which alone proves nothing. `unknown`: no good answer.
 */
export type PowerCheck = 'on' | 'off' | 'stopping' | 'not-found' | 'unknown';

/** Asks the service. Rejects with `AccountLeftError` if the account was left meanwhile. */
export async function checkPower(session: ScheduleSession, instanceId: string): Promise<PowerCheck> {
  try {
    const { state } = await session.api.getInstance(instanceId, { signal: session.left });
    session.requireCurrent();
    if (isStopped(state)) return 'off';
    return state === 'stopping' || state === 'deleting' ? 'stopping' : 'on';
  } catch (error) {
    session.requireCurrent();
    return error instanceof NotFoundError ? 'not-found' : 'unknown';
  }
}

/**
 * Whether nothing is left to stop: the service has just said that the instance is stopped, or has said twice, a minute
 * apart, that it doesn't know it. A failed request or an old row proves nothing.
 */
export function isSettled(schedule: Schedule, check: PowerCheck, now: number): boolean {
  if (check === 'off') return true;
  const { notFoundAt } = schedule;
  return check === 'not-found' && notFoundAt !== undefined && now - notFoundAt >= goneAfterMs;
}

/** The schedule with what a check adds to the proof that its instance is gone. */
export function withCheck(schedule: Schedule, check: PowerCheck, now: number): Schedule {
  const earlier = schedule.notFoundAt;
  // A time in the future was recorded while the clock was ahead.
  const since = earlier !== undefined && earlier <= now ? earlier : now;
  return { ...schedule, notFoundAt: check === 'not-found' ? since : undefined };
}

/** Whether a claimed schedule may still be carried out: nobody canceled or moved it, and it isn't too late. */
export function isStillWanted(all: readonly Schedule[], claimed: Schedule, now: number): boolean {
  const current = all.find(({ id }) => id === claimed.id);
  if (current?.at !== claimed.at || current.takenAt !== claimed.takenAt) return false;
  // A clock that was set back makes it due again later.
  return current.at <= now && now - current.at <= latestMs;
}
