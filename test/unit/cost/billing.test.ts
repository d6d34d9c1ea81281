import { describe, expect, it } from 'vitest';
import { runningRate } from '../../../src/cost/billing';
import { rowOf } from './support';

describe('the running rate', () => {
  it('adds up known rates, and counts the unknown ones', () => {
    expect(
      runningRate([
        rowOf('a', 'running', 0.5),
        rowOf('b', 'starting', 0.25),
        rowOf('c', 'running'),
        rowOf('d', 'stopped', 9),
        rowOf('e', 'stoppeddisassociated', 9),
        rowOf('f', 'unknown', 9),
        rowOf('g', 'deleted', 9),
      ]),
    ).toEqual({ dollarsHourly: 0.75, running: 3, unknown: 1, stopped: 2, unclear: 1 });
  });

  it('of nothing is nothing', () => {
    expect(runningRate([])).toEqual({ dollarsHourly: 0, running: 0, unknown: 0, stopped: 0, unclear: 0 });
  });
});
