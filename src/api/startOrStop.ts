import type { BadRequestError } from './errors';
import type { InstanceState } from './types';

export type StartOrStop = 'start' | 'stop';

/** The states that each of the two leads to. */
export const goals: Readonly<Record<StartOrStop, readonly InstanceState[]>> = {
  start: ['running', 'starting', 'creating'],
  stop: ['stopped', 'stoppeddisassociated', 'stopping'],
};

const already: Readonly<Record<StartOrStop, RegExp>> = {
  start: /already (running|started|on)\b/i,
  stop: /already (stopped|off|shut)|stoppeddisassociated, therefore it cannot be stopped/i,
};
const unclear = /must be (stopped|running)|not running|is (running|stopped)/i;

/**
 * What the refusal of a start or stop means. `already`: the instance is in the wanted state. `unclear`: it may be, or
 * something else is in progress; the instance itself shows which.
 */
export function meaningOfRefusal(
  action: StartOrStop,
  refusal: BadRequestError,
): 'already' | 'unclear' | 'refused' {
  const text = refusal.serviceText ?? '';
  if (already[action].test(text)) return 'already';
  return refusal.code === 'conflict' || unclear.test(text) ? 'unclear' : 'refused';
}
