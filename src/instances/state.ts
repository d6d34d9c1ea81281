import type { Instance, InstanceState } from '../api/types';
import type { Expectation } from './snapshot';

/** A booting instance can show `stoppeddisassociated` for this long, in milliseconds (fact sheet, 4.11). */
export const bootGraceMs = 120_000;
/** A status may lag this long behind an accepted stop. */
const stopGraceMs = 60_000;
/** A deleted instance may stay listed for this long (fact sheet, 4.17). */
export const deleteGraceMs = 300_000;
/** A modify that no answer confirms is given up after this long. */
const modifyGraceMs = 600_000;
/** A running instance without an address is polled often for this long. */
const addressGraceMs = 600_000;
/** Port forwards appear after the address; none at all for this long means that there are none. */
const forwardsGraceMs = 300_000;

/**
 * Whether `time` is less than `ms` away from `now`. A time in the future comes from a clock that was set back; far
 * in the future counts as long ago, so that nothing waits until the clock catches up.
 */
export function isWithin(time: number | undefined, ms: number, now: number): boolean {
  return time !== undefined && Math.abs(now - time) < ms;
}

/** The state to show: the service's own, except while it lags behind an accepted action. */
export function effectiveState(
  instance: Instance,
  expectation: Expectation | undefined,
  now: number,
  modifying = false,
): InstanceState {
  const { state } = instance;
  // The service calls an instance that is being modified `pending`, as it does with a new one.
  if (modifying && state === 'creating') return 'stopped';
  if (!expectation) return state;
  const within = (ms: number): boolean => isWithin(expectation.since, ms, now);
  switch (expectation.action) {
    case 'create':
    case 'start':
      return within(bootGraceMs) && isStopped(state) ? 'starting' : state;
    case 'stop':
      // While it boots, it may look stopped for a moment, whatever became of the stop.
      if (isGpuReleased(state) && isWithin(expectation.bootedAt, bootGraceMs, now)) return 'stopping';
      return within(stopGraceMs) && (state === 'running' || state === 'starting') ? 'stopping' : state;
    case 'delete':
      return within(deleteGraceMs) ? 'deleting' : state;
    case 'modify':
      return state === 'creating' ? 'stopped' : state;
  }
}

/** Whether the state changes by itself soon. */
export function isTransient(state: InstanceState): boolean {
  return state === 'creating' || state === 'starting' || state === 'stopping' || state === 'deleting';
}

/**
 * Whether an accepted action needs no more attention: an answer that was asked for after it shows the result, or it
 * will not come any more. A delete is fulfilled only by the instance being gone.
 */
export function isFulfilled(instance: Instance, expectation: Expectation, now: number): boolean {
  const within = (ms: number): boolean => isWithin(expectation.since, ms, now);
  const shown = effectiveState(instance, expectation, now);
  if (expectation.action === 'delete') return false;
  if (expectation.seen !== true) return false;
  switch (expectation.action) {
    case 'create':
    case 'start':
      if (shown === 'running') return isReachable(instance, within);
      return !isTransient(shown) && !within(bootGraceMs);
    case 'stop':
      return !isTransient(shown);
    case 'modify':
      return !isTransient(instance.state) && !within(stopGraceMs);
  }
}

/** Whether an accepted action took longer than it may, so that it no longer speeds up polling. */
export function isOverdue(expectation: Expectation, now: number): boolean {
  const limit = {
    create: addressGraceMs,
    start: addressGraceMs,
    stop: addressGraceMs,
    modify: modifyGraceMs,
    delete: deleteGraceMs,
  };
  return !isWithin(expectation.since, limit[expectation.action], now);
}

/** Whether everything needed to reach a running instance is known, as far as it will be. */
function isReachable({ ipAddress, portForwards }: Instance, within: (ms: number) => boolean): boolean {
  if (!within(addressGraceMs)) return true;
  if (ipAddress === undefined || portForwards === undefined) return false;
  return portForwards.length > 0 || !within(forwardsGraceMs);
}

/** Stopped, with its GPU back in the pool: a start is refused unless that or another one like it is available. */
export function isGpuReleased(state: InstanceState): boolean {
  return state === 'stoppeddisassociated';
}

/** Stopped in either of the service's two ways. */
export function isStopped(state: InstanceState): boolean {
  return state === 'stopped' || isGpuReleased(state);
}
