import type { InstanceState } from '../api/types';

/**
 * What a state means for the bill. `on`: charged at the full rate. `off`: stopped, which may still be billed (at
 * least its storage; how much, the service does not say; fact sheet, section 2.1). `unclear`: a failed one, or
 * a status that is new to us; it may be billed too. Only a deleted instance surely costs nothing.
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

/** A machine is charged from its deployment on, so one that comes up or goes down counts as on. */
export function billingOf(state: InstanceState): Billing {
  return billingOfState[state];
}

/** Whether it runs, or may for all we know: what is not known to be off is to be stopped. */
export function isOn(state: InstanceState): boolean {
  const billing = billingOf(state);
  return billing === 'on' || billing === 'unclear';
}

/** What is being spent an hour at this moment. */
export interface RunningRate {
  /** US dollars an hour of those whose rate is known; less than the truth where `unknown` is not 0. */
  readonly dollarsHourly: number;
  /** How many are on. */
  readonly running: number;
  /** How many of those have a rate that is not known; they are in no sum. */
  readonly unknown: number;
  /** How many are stopped. They may still be billed, and are in no sum. */
  readonly stopped: number;
  /** How many are in a state that does not say whether they are billed; they are in no sum. */
  readonly unclear: number;
}

/** What the rows cost an hour, as far as it is known. */
export function runningRate(
  rows: readonly { readonly state: InstanceState; readonly instance: { readonly rateHourly?: number } }[],
): RunningRate {
  const on = rows.filter((row) => billingOf(row.state) === 'on');
  const rates = on.map((row) => row.instance.rateHourly);
  return {
    dollarsHourly: rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0),
    running: on.length,
    unknown: rates.filter((rate) => rate === undefined).length,
    stopped: rows.filter((row) => billingOf(row.state) === 'off').length,
    unclear: rows.filter((row) => billingOf(row.state) === 'unclear').length,
  };
}
