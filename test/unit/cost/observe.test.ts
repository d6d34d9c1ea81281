import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyLedger, sumOf, type InstanceHistory, type LedgerData } from '../../../src/cost/history';
import { gapMs, observe, type Sighting } from '../../../src/cost/observe';
import { dayOf, monthOf } from '../../../src/cost/period';
import { totalOf } from '../../../src/cost/ledger';
import { hour, minute, monday } from './support';

const day = 24 * hour;
const ever = { from: 0, to: Number.MAX_SAFE_INTEGER };

function seeRunning(ledger: LedgerData, now: number, rateHourly?: number): LedgerData {
  const sighting: Sighting = { id: 'a', name: 'a', kind: 'on', rateHourly, at: now };
  return observe(ledger, { listedAt: now, sightings: [sighting] }, now);
}

function historyOf(ledger: LedgerData): InstanceHistory {
  return ledger.instances[0] ?? expect.fail('the instance is recorded');
}

/** Observes it running at 1 $/hr every minute for `ms`. */
function runFor(ledger: LedgerData, from: number, ms: number): LedgerData {
  let data = ledger;
  for (let now = from; now <= from + ms; now += minute) data = seeRunning(data, now, 1);
  return data;
}

it('is one run although its state was unclear for a while, but not after it was stopped', () => {
  const see = (data: LedgerData, kind: Sighting['kind'], at: number): LedgerData =>
    observe(data, { listedAt: at, sightings: [{ id: 'a', name: 'a', kind, rateHourly: 1, at }] }, at);
  const running = runFor(emptyLedger, monday, hour);
  const odd = see(see(running, 'unclear', monday + hour + minute), 'unclear', monday + hour + 2 * minute);
  expect(historyOf(see(odd, 'on', monday + hour + 3 * minute)).onSince).toBe(monday);
  const stopped = see(odd, 'off', monday + hour + 3 * minute);
  const later = monday + hour + 4 * minute;
  expect(historyOf(see(stopped, 'on', later)).onSince).toBe(later);
});

describe('a clock that jumps', () => {
  it.each([
    ['a day', day],
    ['a month', 31 * day],
    ['a year', 366 * day],
    ['five years', 5 * 366 * day],
  ])('ahead by %s and back leaves no phantom cost, folded sums included', (_name, jump) => {
    const before = runFor(emptyLedger, monday, hour);
    const ahead = runFor(before, monday + hour + jump, hour);
    const now = monday + hour + minute;
    const back = observe(ahead, { listedAt: 0, sightings: [] }, now);
    const total = back.instances.reduce((sum, history) => sum + totalOf(sumOf(history, ever)), 0);
    expect(total).toBeLessThanOrEqual(1 + 1 / 60);
    // It goes on as if nothing had happened.
    const later = runFor(back, now, hour);
    expect(totalOf(sumOf(historyOf(later), ever))).toBeLessThanOrEqual(2 + 2 / 60);
    expect(sumOf(historyOf(later), ever).onMs).toBeGreaterThanOrEqual(hour);
    expect(sumOf(historyOf(later), { from: now + hour + 1, to: ever.to }).unseenMs).toBe(0);
  });

  it('back by a day loses at most that day', () => {
    const before = runFor(emptyLedger, monday, 3 * hour);
    const back = runFor(before, monday + hour, hour);
    expect(totalOf(sumOf(historyOf(back), ever))).toBeCloseTo(2, 1);
  });

  it('counts what is observed after it as observed, not as estimated', () => {
    const before = runFor(emptyLedger, monday, hour);
    const ahead = seeRunning(before, monday + 3 * day, 1);
    const later = runFor(ahead, monday + hour + 2 * minute, hour);
    const { onMs, estimatedMs } = sumOf(historyOf(later), ever);
    expect(onMs).toBeGreaterThanOrEqual(2 * hour);
    expect(estimatedMs).toBeLessThanOrEqual(3 * minute);
  });

  it('drops an observation that a snapshot from the future brings', () => {
    const future: Sighting = { id: 'a', name: 'a', kind: 'on', rateHourly: 1, at: monday + day };
    const data = observe(emptyLedger, { listedAt: monday + day, sightings: [future] }, monday);
    expect(data).toEqual(emptyLedger);
  });
});

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a rate of %d is unknown',
  (rate) => {
    const data = seeRunning(seeRunning(emptyLedger, monday, rate), monday + minute, rate);
    expect(sumOf(historyOf(data), ever)).toMatchObject({ dollars: 0, onMs: minute, unknownRateMs: minute });
  },
);

describe('an instance that went while nothing was observed', () => {
  const gone = (ledger: LedgerData, now: number): LedgerData =>
    observe(ledger, { listedAt: now, sightings: [{ id: 'a', name: 'a', kind: 'gone', at: now }] }, now);

  it('may have been billed until then', () => {
    const data = gone(runFor(emptyLedger, monday, hour), monday + 5 * hour);
    expect(sumOf(historyOf(data), ever)).toMatchObject({ onMs: hour, unseenMs: 4 * hour, estimatedMs: 0 });
    expect(historyOf(data).onSince).toBeUndefined();
    expect(gone(data, monday + 9 * hour).instances).toEqual(data.instances);
  });

  it('costs nothing more if it went between two refreshes', () => {
    const data = gone(runFor(emptyLedger, monday, hour), monday + hour + minute);
    expect(sumOf(historyOf(data), ever)).toMatchObject({ onMs: hour, unseenMs: 0 });
  });
});

describe('for any history', () => {
  const step = fc.record({
    // Mostly refreshes, some sleeps, some jumps of the clock ahead and back.
    ms: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: gapMs }) },
      { weight: 2, arbitrary: fc.integer({ min: gapMs + 1, max: 30 * day }) },
    ),
    jump: fc.option(fc.integer({ min: 0, max: 900 * day }), { freq: 6 }),
    on: fc.boolean(),
    rate: fc.constantFrom(1, 2, undefined, Number.NaN, -3),
  });

  it('no period has more time than passed, and no more money than the highest rate', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let now = monday;
        let data = emptyLedger;
        for (const { ms, jump, on, rate } of steps) {
          const at = now + (jump ?? 0);
          const sighting: Sighting = { id: 'a', name: 'a', kind: on ? 'on' : 'off', rateHourly: rate, at };
          data = observe(data, { listedAt: at, sightings: [sighting] }, at);
          now += ms;
        }
        data = observe(data, { listedAt: 0, sightings: [] }, now);
        for (const period of [ever, dayOf(now), monthOf(now), dayOf(monday), monthOf(monday)]) {
          const passed = Math.max(0, Math.min(now, period.to) - Math.max(monday, period.from));
          for (const history of data.instances) {
            const sum = sumOf(history, period);
            const { onMs, estimatedMs, offMs, unclearMs, unseenMs } = sum;
            // A folded day or month counts from its own start, up to 9 hours or 22 days before `monday`.
            expect(onMs + estimatedMs + offMs + unclearMs + unseenMs).toBeLessThanOrEqual(
              passed + 9 * hour + 23 * day,
            );
            expect(totalOf(sum)).toBeLessThanOrEqual((2 * (onMs + estimatedMs)) / hour + 1e-6);
            expect(Object.values(sum).every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('adding the same twice, in any window, adds nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let now = monday;
        let [once, twice] = [emptyLedger, emptyLedger];
        for (const { ms, on, rate } of steps) {
          const sighting: Sighting = {
            id: 'a',
            name: 'a',
            kind: on ? 'on' : 'off',
            rateHourly: rate,
            at: now,
          };
          const observation = { listedAt: now, sightings: [sighting] };
          once = observe(once, observation, now);
          twice = observe(observe(twice, observation, now), observation, now);
          now += ms;
        }
        expect(twice).toEqual(once);
      }),
    );
  });
});
