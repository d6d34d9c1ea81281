import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { TrackRecord } from '../../../src/instances/trackRecord';
import {
  addNews,
  emptyTrackRecord,
  hintsOf,
  trackRecordSchema,
  type TrackNews,
  type TrackRecordData,
} from '../../../src/instances/trackRecordData';
import { hostIds, locationIds } from '../../simulator/catalogue';
import { createRequest, Person, rtx4090, shown, type Window } from './windows';

const minute = 60_000;
const day = 24 * 60 * minute;
const now = 1_000 * day;
const { chubbuck } = locationIds;

function news(kind: TrackNews['kind'], subject: string, changes: Partial<TrackNews> = {}): TrackNews {
  return { accountId: 'a', locationId: 'here', at: now, kind, subject, ...changes };
}

function hint(all: readonly TrackNews[], accountId = 'a', at = now): string | undefined {
  const data = all.reduce((before, each) => addNews(before, each, now), emptyTrackRecord);
  expect(v.is(trackRecordSchema, data)).toBe(true);
  return hintsOf(data, accountId, at).get('here');
}

describe('the hint of a location', () => {
  test.each<readonly [readonly TrackNews[], string | undefined]>([
    [[], undefined],
    [[news('started', '1')], '1 of 1 start worked here'],
    [['1', '2', '3'].map((id) => news('started', id)), '3 of 3 starts worked here'],
    [[news('started', '1'), news('start-refused', '2')], '1 of 2 starts worked here'],
    [[news('create-refused', '1')], '0 of 1 create worked here'],
    [[news('created', '1'), news('created', '2')], '2 of 2 creates worked here'],
    [[news('ssh', '1', { tookMs: 20_000 })], 'SSH ready after about 1 min'],
    [
      [130_000, 9 * minute, 100_000].map((tookMs, index) => news('ssh', `${index}`, { tookMs })),
      'SSH ready after about 2 min',
    ],
    [[news('started', '1'), news('outage', 'i')], '1 of 1 start worked here · 1 outage here'],
  ])('is in words (%#)', (all, expected) => {
    expect(hint(all)).toBe(expected);
  });

  test('counts each event once, whichever windows saw it, and an outage once an hour', () => {
    expect(hint([news('started', '1'), news('started', '1')])).toBe('1 of 1 start worked here');
    const outages = [0, 5, 120].map((minutes) => news('outage', 'i', { at: now - minutes * minute }));
    expect(hint(outages)).toBe('2 outages here');
  });

  test('counts nothing of another account, older than 90 days, or from the future', () => {
    expect(hint([news('started', '1')], 'b')).toBeUndefined();
    expect(hint([news('started', '1')], 'a', now + 90 * day)).toBeUndefined();
    expect(hint([news('started', '1', { at: now + 1 })])).toBeUndefined();
  });

  test('counts what happened to an instance where it was created, and nothing where nobody knows', () => {
    const nowhere = { locationId: undefined };
    const created = news('created', '1', { instanceId: 'i' });
    const started = news('started', '2', { ...nowhere, instanceId: 'i' });
    expect(hint([created, started])).toBe('1 of 1 create worked here · 1 of 1 start worked here');
    expect(hint([started])).toBeUndefined();
    expect(hint([created, { ...started, accountId: 'b' }], 'b')).toBeUndefined();
  });

  test('stays small, however much happens', () => {
    let data: TrackRecordData = emptyTrackRecord;
    for (let id = 0; id < 1_200; id++) {
      data = addNews(data, news('created', `${id}`, { instanceId: `${id}` }), now);
    }
    expect(data.events).toHaveLength(1_000);
    expect(data.homes).toHaveLength(300);
    expect(data.homes.at(-1)?.instanceId).toBe('1199');
  });
});

describe('what a window sees', () => {
  let person: Person;
  let window: Window;
  let folder: string;
  let record: TrackRecord;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-record-'));
    person = new Person();
    window = await person.open();
    record = watch(window);
  });
  afterEach(async () => {
    await record.dispose();
    person.close();
    await rm(folder, { recursive: true, force: true });
  });

  function watch({ store, operations }: Window): TrackRecord {
    return new TrackRecord({ folder, clock: person.clock, log: silentLogger, store, operations });
  }

  /** What is shown at the location once everything is written. */
  async function hintHere(): Promise<string | undefined> {
    await record.settled();
    return (await record.hints())[chubbuck];
  }

  async function create(name: string): Promise<void> {
    const request = createRequest({ name, placement: { locationId: chubbuck } });
    const operation = await window.operations.create(request, name);
    await person.outcome(operation.done.catch(() => undefined));
  }

  function setAvailable(count: number): void {
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, count);
  }

  test('is nothing at first', async () => {
    expect(await record.hints()).toEqual({});
  });

  test('is which creates got their GPU, over a reload', async () => {
    await create('one');
    setAvailable(0);
    await create('two');
    expect(shown(window, 'one')).toBe('running');
    expect(await hintHere()).toBe('1 of 2 creates worked here');
    await record.dispose();
    record = watch(window);
    record.noteSsh(person.world.all()[0]?.id ?? '', 3 * minute);
    expect(await hintHere()).toBe('1 of 2 creates worked here · SSH ready after about 3 min');
  });

  test('is no create that was refused for another reason, or is unclear', async () => {
    const refuse = { kind: 'status', status: 400, body: { error: 'No such image.' } } as const;
    person.service.faults.add({ method: 'POST', fault: refuse });
    await create('one');
    person.service.faults.add({ method: 'POST', fault: { kind: 'drop', when: 'before' } });
    const request = createRequest({ name: 'two', placement: { locationId: chubbuck } });
    const operation = await window.operations.create(request, 'two');
    await person.outcome(operation.outcome, 60 * minute);
    expect(await hintHere()).toBeUndefined();
  });

  test('is which starts of these instances got their GPU, also after a wait for it', async () => {
    await create('one');
    const { id } = person.world.all()[0] ?? expect.fail('it was created');
    const run = async (kind: 'stop' | 'start' | 'startWhenAvailable'): Promise<void> => {
      const operation = await window.operations.begin(kind, id);
      if (kind === 'startWhenAvailable') {
        await person.until(() => operation.record.wasUnavailable === true);
        setAvailable(1);
      }
      await person.outcome(operation.done.catch(() => undefined));
    };
    await run('stop');
    await run('start');
    expect(await hintHere()).toBe('1 of 1 create worked here · 1 of 1 start worked here');
    await run('stop');
    const instance = person.world.all()[0];
    if (instance) instance.holdsGpus = false;
    setAvailable(0);
    await run('start');
    await run('startWhenAvailable');
    expect(shown(window, 'one')).toBe('running');
    expect(await hintHere()).toBe('1 of 1 create worked here · 2 of 4 starts worked here');
  });

  test('is a GPU that a wait did not get before it was canceled', async () => {
    await create('one');
    const instance = person.world.all()[0] ?? expect.fail('it was created');
    Object.assign(instance, { status: 'stopped', holdsGpus: false });
    setAvailable(0);
    const waiting = await window.operations.begin('startWhenAvailable', instance.id);
    await person.until(() => waiting.record.wasUnavailable === true);
    waiting.cancel();
    await person.outcome(waiting.done.catch(() => undefined));
    expect(await hintHere()).toBe('1 of 1 create worked here · 0 of 1 start worked here');
  });

  test('is an instance that fails while it is running, and not one that is stopped', async () => {
    await create('one');
    const instance = person.world.all()[0] ?? expect.fail('it was created');
    instance.status = 'stopped';
    await window.store.refresh();
    instance.status = 'error';
    await window.store.refresh();
    expect(await hintHere()).toBe('1 of 1 create worked here');
    instance.status = 'running';
    await person.until(() => shown(window, 'one') === 'running');
    instance.status = 'error';
    await person.until(() => shown(window, 'one') === 'error');
    expect(await hintHere()).toBe('1 of 1 create worked here · 1 outage here');
  });

  test('is kept aside where its file is damaged', async () => {
    const file = path.join(folder, 'locations.json');
    await writeFile(file, '{"version":1,"events":[{"kind":"started"}],"homes":[]}');
    expect(await hintHere()).toBeUndefined();
    await create('one');
    expect(await hintHere()).toBe('1 of 1 create worked here');
    expect(v.is(trackRecordSchema, JSON.parse(await readFile(file, 'utf8')))).toBe(true);
  });
});
