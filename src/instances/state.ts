import type { Instance, InstanceState } from '../api/types';
import type { Expectation } from './snapshot';

/** A machine that boots can show `stoppeddisassociated` for this long (fact sheet, section 4, number 11). */
export const bootGraceMs = 120_000;
/** A status may lag this long behind an accepted stop. */
const stopGraceMs = 60_000;
/** A deleted instance may be listed for this long (fact sheet, section 4, number 17). */
const deleteGraceMs = 300_000;
/** A running machine without an address is looked at often for this long. */
const addressGraceMs = 600_000;

/** Forwards are told after the address; none at all for this long means that there are none. */
const forwardsGraceMs = 300_000;

/** The state to show: the service's own, but for the moments in which it lags behind an accepted action. */
export function effectiveState(
  instance: Instance,
  expectation: Expectation | undefined,
  now: number,
): InstanceState {
  const { state } = instance;
  if (!expectation) return state;
  const age = now - expectation.since;
  switch (expectation.action) {
    case 'create':
    case 'start':
      return age < bootGraceMs && (state === 'stopped' || state === 'stoppeddisassociated')
        ? 'starting'
        : state;
    case 'stop':
      return age < stopGraceMs && (state === 'running' || state === 'starting') ? 'stopping' : state;
    case 'delete':
      return age < deleteGraceMs ? 'deleting' : state;
    case 'modify':
      return state;
  }
}

/** Whether the state is one that passes by itself. */
export function isTransient(state: InstanceState): boolean {
  return state === 'creating' || state === 'starting' || state === 'stopping' || state === 'deleting';
}

/** Whether an accepted action has come to its end, or will not any more. */
export function isFulfilled(instance: Instance, expectation: Expectation, now: number): boolean {
  const age = now - expectation.since;
  const shown = effectiveState(instance, expectation, now);
  switch (expectation.action) {
    case 'create':
    case 'start':
      if (shown === 'running') return isReachable(instance, age);
      return !isTransient(shown) && age > bootGraceMs;
    case 'stop':
      return !isTransient(shown);
    case 'delete':
      return age > deleteGraceMs;
    case 'modify':
      return !isTransient(shown) && age > stopGraceMs;
  }
}

/** Whether all was told that it takes to reach a running instance, as far as can be known. */
function isReachable({ ipAddress, portForwards }: Instance, age: number): boolean {
  if (age > addressGraceMs) return true;
  if (ipAddress === undefined || portForwards === undefined) return false;
  return portForwards.length > 0 || age > forwardsGraceMs;
}

/** Stopped in either of the service's two ways. */
export function isStopped(state: InstanceState): boolean {
  return state === 'stopped' || state === 'stoppeddisassociated';
}
