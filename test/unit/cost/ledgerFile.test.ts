import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { dayOf } from '../../../src/cost/period';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder, rowOf } from './support';
import { newWindow } from './ledgerWindow';

const today = dayOf(monday);

describe('the file', () => {
  it('is one for all windows, which count nothing twice', async () => {
    const folder = await newFolder();
    const clock = new ManualClock(monday);
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    for (let minutes = 0; minutes <= 60; minutes++) {
      one.store.list(clock.now(), rowOf('a', 'running', 1));
      other.store.list(clock.now(), rowOf('a', 'running', 1));
      await Promise.all([one.ledger.settled(), other.ledger.settled()]);
      await clock.advance(minute);
    }
    await Promise.all([one.ledger.flush(), other.ledger.flush()]);
    const third = await newWindow(folder, clock);
    expect(third.ledger.total(today)).toMatchObject({ onMs: hour, estimatedMs: 0 });
    expect(one.ledger.total(today)).toEqual(other.ledger.total(today));
  });

  it('shows another window what was observed', async () => {
    const folder = await newFolder();
    const clock = new ManualClock(monday);
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    one.store.list(clock.now(), rowOf('a', 'running', 1));
    await vi.waitFor(() => expect(other.ledger.runningSince('a')).toBe(monday), 5_000);
  });

  it('is written at once after a change, and otherwise once a minute', async () => {
    const folder = await newFolder();
    const clock = new ManualClock(monday);
    const { ledger, store } = await newWindow(folder, clock);
    const file = path.join(folder, 'costs-account-1.json');
    const written = async (): Promise<string> => {
      await ledger.settled();
      return readFile(file, 'utf8');
    };
    store.list(clock.now(), rowOf('a', 'running', 1));
    const first = await written();
    await clock.advance(30_000);
    store.list(clock.now(), rowOf('a', 'running', 1));
    expect(await written()).toBe(first);
    await clock.advance(10_000);
    store.list(clock.now(), rowOf('a', 'stopped', 1));
    const second = await written();
    expect(second).not.toBe(first);
    await clock.advance(40_000);
    store.list(clock.now(), rowOf('a', 'stopped', 1));
    expect(await written()).toBe(second);
    await clock.advance(40_000);
    store.list(clock.now(), rowOf('a', 'stopped', 1));
    expect(await written()).not.toBe(second);
  });

  it('starts over when it is damaged, and the damaged one is kept', async () => {
    const folder = await newFolder();
    const file = path.join(folder, 'costs-account-1.json');
    await writeFile(file, '{"version":1,"inst');
    const clock = new ManualClock(monday);
    const { ledger, store } = await newWindow(folder, clock);
    store.list(clock.now(), rowOf('a', 'running', 1));
    await ledger.settled();
    expect(ledger.runningSince('a')).toBe(monday);
    const [name, kept = '', ...others] = (await readdir(folder)).sort();
    expect(name).toBe('costs-account-1.json');
    expect(kept).toMatch(/^costs-account-1\.json\.damaged-\d+$/);
    expect(others).toEqual([]);
    expect(await readFile(path.join(folder, kept), 'utf8')).toBe('{"version":1,"inst');
  });
});
