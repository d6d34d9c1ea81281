import type { InstanceState } from '../api/types';

/**
 * What a state means for the bill. `on`: billed at the full rate. `off`: stopped, which may still be billed (at least
 * its storage; the service doesn't say how much; fact sheet, section 2.1). `unclear`: failed, or a status that is new
 * to us; it may be billed too. Only a deleted instance surely costs nothing.
 */
export type Billing = 'on' | 'off' | 'unclear' | 'none';

const billingOfState: Readonly<Record<InstanceState, Billing>> = {
  creating: 'on',
  starting: 'on',
  running: 'on',
  stopping: 'on',
  stopped: 'off',
  stoppeddisassociated: 'off',
  deleting: 'on',
  deleted: 'none',
  error: 'unclear',
  unknown: 'unclear',
};

/** An instance is billed from its deployment on, so one that is starting or stopping counts as on. */
export function billingOf(state: InstanceState): Billing {
  return billingOfState[state];
}

/** Whether it's running, or may be for all we know. */
export function isOn(state: InstanceState): boolean {
  const billing = billingOf(state);
  return billing === 'on' || billing === 'unclear';
}

/** A rate in US dollars an hour, or `undefined` if the value can't be one: negative, infinite, or not a number. */
export function knownRate(rateHourly: number | undefined): number | undefined {
  return rateHourly !== undefined && Number.isFinite(rateHourly) && rateHourly >= 0 ? rateHourly : undefined;
}

/** The rate of all running instances at this moment. */
export interface RunningRate {
  /** US dollars an hour of those whose rate is known; less than the truth if `unknown` isn't 0. */
  readonly dollarsHourly: number;
  /** How many are on. */
  readonly running: number;
  /** How many of those have an unknown rate; they aren't in the sum. */
  readonly unknown: number;
  /** How many are stopped. They may still be billed, and aren't in the sum. */
  readonly stopped: number;
  /** How many are in a state that doesn't say whether they're billed; they aren't in the sum. */
  readonly unclear: number;
}

/** What the rows cost an hour, as far as it's known. The badge, status bar, tree, and costs report all use it. */
export function runningRate(
  rows: readonly { readonly state: InstanceState; readonly instance: { readonly rateHourly?: number } }[],
): RunningRate {
  const on = rows.filter((row) => billingOf(row.state) === 'on');
  const rates = on.map((row) => knownRate(row.instance.rateHourly));
  return {
    dollarsHourly: rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0),
    running: on.length,
    unknown: rates.filter((rate) => rate === undefined).length,
    stopped: rows.filter((row) => billingOf(row.state) === 'off').length,
    unclear: rows.filter((row) => billingOf(row.state) === 'unclear').length,
  };
}
