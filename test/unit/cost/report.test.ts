import { silentLogger } from '../../../src/base/logger';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/cost/ledger';
import { costReport, describeRate, describeSum, toMarkdown } from '../../../src/cost/report';
import { noCost } from '../../../src/cost/history';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder, own, rowOf, StandInStore } from './support';

async function ledgerOf(
  ...steps: { ms: number; rows: ReturnType<typeof rowOf>[] }[]
): Promise<{ ledger: Ledger; store: StandInStore; clock: ManualClock }> {
  const clock = new ManualClock(monday);
  const store = new StandInStore();
  const ledger = own(new Ledger({ folder: await newFolder(), clock, log: silentLogger, store }));
  await ledger.settled();
  for (const { ms, rows } of steps) {
    // A change is seen at a time of its own.
    await clock.advance(1);
    store.list(clock.now(), ...rows);
    await ledger.settled();
    await clock.advance(ms);
    store.list(clock.now(), ...rows);
    await ledger.settled();
  }
  return { ledger, store, clock };
}

describe('the report of the month', () => {
  it('shows what each instance cost, deleted ones too, and never calls a stopped one free', async () => {
    const { ledger, store, clock } = await ledgerOf(
      { ms: 5 * minute, rows: [rowOf('a', 'running', 6, 'alpha'), rowOf('b', 'running', 12, 'beta')] },
      {
        ms: 5 * minute,
        rows: [rowOf('a', 'stopped', 6, 'alpha'), rowOf('c', 'stopped', undefined, 'gamma')],
      },
    );
    const report = costReport(ledger, store.rows(), clock.now());
    expect(report.title).toContain('November 2026');
    expect(report.summary).toEqual([
      'Now: nothing is running, 2 stopped, may still be billed',
      'Today: at least $1.50',
      'This month: at least $1.50',
    ]);
    const cells = report.instances.rows.map((row) => row.slice(0, 6));
    expect(cells).toEqual([
      ['beta', 'not in the list', 'unknown', '$1.00', '$1.00', '5 min'],
      ['alpha', 'stopped, may still be billed', '$6.00/hr', 'at least $0.50', 'at least $0.50', '5 min'],
      ['gamma', 'stopped, may still be billed', 'unknown', 'unknown', 'unknown', '0 s'],
    ]);
    expect(report.days.rows).toEqual([['2026-11-23', 'at least $1.50', '10 min']]);
    expect(report.notes.join('\n')).toContain('Stopped instances may still be billed');
    expect(toMarkdown(report).toLowerCase()).not.toContain('free');
  });

  it('marks estimates, and says what was not observed', async () => {
    const { ledger, store, clock } = await ledgerOf(
      { ms: 3 * hour, rows: [rowOf('a', 'running', 1), rowOf('b', 'stopped', 1)] },
      { ms: 0, rows: [] },
    );
    const report = costReport(ledger, store.rows(), clock.now());
    expect(report.instances.rows.map((row) => [row[0], row[4], row[6]])).toEqual([
      ['a', '~$3.00', '0 s'],
      ['b', 'unknown', '3 h'],
    ]);
    expect(report.notes.join('\n')).toContain('an estimate of $3.00 for 3 h');
    expect(report.notes.join('\n')).toContain('Not observed');
  });

  it('says "at least" for a day on which the extension was installed, and "$0.00" for a day without instances', async () => {
    const { ledger, store, clock } = await ledgerOf({
      ms: 5 * minute,
      rows: [rowOf('a', 'running', 12)],
    });
    expect(costReport(ledger, store.rows(), clock.now()).summary).toContain('Today: at least $1.00');
    await clock.advance(minute);
    store.list(clock.now());
    await ledger.settled();
    await clock.advance(24 * hour);
    store.list(clock.now());
    await ledger.settled();
    expect(costReport(ledger, store.rows(), clock.now()).summary).toEqual([
      'Now: nothing is running',
      'Today: $0.00',
      'This month: at least $1.00',
    ]);
  });

  it('never shows $0.00 for an instance that was only seen after hours without a window', async () => {
    const { ledger, store, clock } = await ledgerOf({
      ms: 5 * minute,
      rows: [rowOf('a', 'running', 12)],
    });
    await clock.advance(5 * hour);
    store.list(clock.now(), rowOf('b', 'running', 12));
    await ledger.settled();
    const { rows } = costReport(ledger, store.rows(), clock.now()).instances;
    expect(rows.map((row) => [row[0], row[4], row[6]])).toEqual([
      ['a', 'at least $1.00', '5 h'],
      ['b', 'unknown', '5 h'],
    ]);
  });

  it('exists before anything is observed', async () => {
    const { ledger, clock } = await ledgerOf();
    const report = costReport(ledger, [], clock.now());
    expect(report.instances.rows).toEqual([]);
    expect(report.notes).toContain('Nothing has been observed yet.');
    expect(toMarkdown(report)).toContain('# TensorDock costs: November 2026');
  });

  it('is a Markdown table in which names have no effect', async () => {
    const evil =
      'x | [go](command:evil)\n<img src=x> **b** `c` http://e.example //e.example www.e.example a@e.example $x$';
    const { ledger, store, clock } = await ledgerOf({
      ms: 5 * minute,
      rows: [rowOf('a', 'running', 1, evil)],
    });
    const lines = toMarkdown(costReport(ledger, store.rows(), clock.now())).split('\n');
    const [row, ...others] = lines.filter((line) => line.includes('evil'));
    expect(others).toEqual([]);
    expect(row).toContain(
      'x \\| \\[go\\](command:evil) \\<img src=x\\> \\*\\*b\\*\\* \\`c\\` http\\:\\//e.example \\//e.example www\\.e.example a\\@e.example \\$x\\$',
    );
    const bars = lines
      .filter((line) => line.startsWith('| '))
      .map((line) => line.replaceAll('\\|', '').split('|').length);
    expect(bars).toEqual([9, 9, 9, 5, 5, 5]);
  });
});

describe('sums and rates in words', () => {
  it.each([
    [{ ...noCost, dollars: 1.2, onMs: hour }, '$1.20'],
    [{ ...noCost, dollars: 1, estimatedDollars: 2, onMs: hour, estimatedMs: hour }, '~$3.00'],
    [{ ...noCost, dollars: 1, onMs: 2 * hour, unknownRateMs: hour }, 'at least $1.00'],
    [{ ...noCost, onMs: hour, unknownRateMs: hour }, 'unknown'],
    [{ ...noCost, dollars: 1, onMs: hour, unseenMs: hour }, 'at least $1.00'],
    [{ ...noCost, dollars: 1, onMs: hour, unclearMs: hour }, 'at least $1.00'],
    [{ ...noCost, dollars: 1, onMs: hour, offMs: hour }, 'at least $1.00'],
    [
      { ...noCost, dollars: 1, estimatedDollars: 1, onMs: hour, estimatedMs: hour, unseenMs: hour },
      'at least ~$2.00',
    ],
    [{ ...noCost, unseenMs: hour }, 'unknown'],
    [{ ...noCost, unclearMs: hour }, 'unknown'],
    [{ ...noCost, offMs: hour }, 'unknown'],
    [noCost, '$0.00'],
  ])('%j', (sum, text) => {
    expect(describeSum(sum)).toBe(text);
  });

  it('never counts an unknown rate as zero', () => {
    expect(describeRate([rowOf('a', 'running')])).toBe('1 running, 1 at an unknown rate, not counted');
    expect(describeRate([rowOf('a', 'running', 0.5), rowOf('b', 'running')])).toBe(
      '$0.50/hr (2 running, 1 at an unknown rate, not counted)',
    );
    expect(describeRate([])).toBe('nothing is running');
    expect(describeRate([rowOf('a', 'running', Number.NaN)])).toBe(
      '1 running, 1 at an unknown rate, not counted',
    );
    expect(describeRate([rowOf('a', 'error')])).toBe(
      'nothing is running, 1 in an unknown state, may be billed',
    );
  });
});
