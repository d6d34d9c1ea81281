import { afterEach, describe, expect, test } from 'vitest';
import type { ServiceOptions } from '../../simulator/options';
import { fullList, names, Person, shown, type Window } from './windows';

let person: Person;

afterEach(() => person.close());

const minute = 60_000;

const list = '/api/v2/instances';

function openOn(options: ServiceOptions, ...names: readonly string[]): Promise<Window> {
  person = new Person(options);
  return person.openWith(...names);
}

describe('a list that is wrong', () => {
  test('a list that is suddenly empty deletes nothing, is requested again, and moves no row', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const asked = person.count('GET', list);
    person.service.faults.add({ path: list, times: 2, fault: { kind: 'body', body: '{"data":[]}' } });
    await person.until(() => person.count('GET', list) >= asked + 2);
    await person.clock.advance(5_000);
    expect(names(window)).toEqual(['one', 'two', 'three']);
    expect(window.store.rows().every((row) => row.unlisted)).toBe(true);
    expect(person.count('GET', person.idOf('two'))).toBe(1);
    await person.clock.advance(minute);
    expect(names(window)).toEqual(['one', 'two', 'three']);
    expect(window.store.rows().some((row) => row.unlisted)).toBe(false);
    expect(window.gone).toEqual([]);
    expect(person.log.lines.join('\n')).toContain('3 instances are missing from the list, asking again');
  });

  test('one that is short once removes nothing', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const only = JSON.stringify({ data: [{ id: person.idOf('two'), name: 'two', status: 'running' }] });
    const changes: unknown[] = [];
    window.store.onDidChange((change) => changes.push(...change.removed));
    person.service.faults.add({ path: list, times: 1, fault: { kind: 'body', body: only } });
    await person.clock.advance(2 * minute);
    expect(names(window)).toEqual(['one', 'two', 'three']);
    expect(changes).toEqual([]);
  });

  test('an instance that the service no longer knows leaves the view, and is gone after a second 404', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const id = person.idOf('two');
    person.world.vanish(id);
    await person.until(() => names(window).length === 2, 40_000);
    const looks = person.requests('GET', id).map((request) => request.time);
    expect(window.gone).toEqual([]);
    await person.until(() => window.gone.length > 0, 3 * minute);
    const times = person.requests('GET', id).map((request) => request.time);
    expect(looks).toHaveLength(1);
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(minute);
    expect(names(window)).toEqual(['one', 'three']);
  });

  test('an instance that comes back between the two 404s isn’t gone, and keeps its position', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const id = person.idOf('two');
    const short = JSON.stringify({
      data: ['one', 'three'].map((name) => ({ id: person.idOf(name), name, status: 'running' })),
    });
    person.service.faults.add({ path: list, times: 1, fault: { kind: 'body', body: short } });
    person.service.faults.add({
      path: `${list}/${id}`,
      fault: { kind: 'status', status: 404, body: { error: 'Instance not found' } },
    });
    await person.until(() => names(window).length === 2, 40_000);
    await person.until(() => names(window).length === 3, 40_000);
    await person.clock.advance(5 * minute);
    expect(names(window)).toEqual(['one', 'two', 'three']);
    expect(window.gone).toEqual([]);
  });

  test('every window hears what is gone, also one that was opened later', async () => {
    const window = await openOn(fullList, 'one', 'two');
    const other = await person.open({ visible: false });
    const id = person.idOf('one');
    person.world.vanish(id);
    await person.until(() => window.gone.length > 0, 4 * minute);
    expect(other.gone).toEqual([id]);
    expect((await person.open()).gone).toEqual([id]);
  });
});

describe('done means seen to be done', () => {
  test('a deleted instance that stays listed is not called deleted: its row says that it is unconfirmed', async () => {
    const window = await openOn({ ...fullList, delays: { remove: 30 * minute } }, 'one');
    const id = person.idOf('one');
    const operation = await window.operations.begin('delete', id);
    await expect(person.outcome(operation.done, 10 * minute)).rejects.toThrow(
      'still there, and may be billed',
    );
    expect(window.store.row(id)).toMatchObject({ unconfirmed: 'delete' });
    expect(window.gone).toEqual([]);
  });

  test('a deleted instance missing from one list only is not gone yet', async () => {
    const window = await openOn(fullList, 'one', 'two');
    const id = person.idOf('one');
    await window.store.session.accepted(id, 'delete');
    person.service.faults.add({ path: list, fault: { kind: 'body', body: '{"data":[]}' }, times: 2 });
    person.service.faults.add({ path: `${list}/${id}`, fault: { kind: 'html', status: 502 }, times: 3 });
    await window.store.refresh();
    expect(window.gone).toEqual([]);
    expect(window.store.row(id)).toBeDefined();
  });

  test('an instance whose ID is __proto__ keeps its row and its state', async () => {
    person = new Person(fullList);
    person.addInstance('odd', { id: '__proto__', status: 'running' });
    const window = await person.open();
    await window.store.refresh();
    await window.store.session.accepted('__proto__', 'stop');
    expect(shown(window, 'odd')).toBe('stopping');
    expect(shown(await person.open(), 'odd')).toBe('stopping');
  });

  test('a clock that is set back by hours does not leave a row stopping', async () => {
    const window = await openOn(fullList, 'one');
    await window.store.session.accepted(person.idOf('one'), 'stop');
    person.clock.jump(-5 * 60 * minute);
    await window.store.refresh();
    expect(shown(window, 'one')).toBe('running');
  });

  test('a stopped instance that is being modified is not shown as creating', async () => {
    const window = await openOn({ ...fullList, delays: { modify: minute } });
    const id = person.addInstance('one').id;
    await window.store.refresh();
    await window.api.modifyInstance(id, { vcpuCount: 4, ramGb: 16, storageGb: 200 });
    await person.clock.advance(1_000);
    await window.store.refresh();
    expect(window.store.row(id)).toMatchObject({ state: 'stopped', pending: 'modify' });
    await person.until(() => window.store.row(id)?.pending === undefined, 3 * minute);
    expect(shown(window, 'one')).toBe('stopped');
  });

  test('a stop is done only when an answer that came after it shows it', async () => {
    const window = await openOn(fullList, 'one');
    const id = person.idOf('one');
    person.world.stopByItself(id);
    await window.store.refresh();
    person.world.bringUp(id);
    person.world.settings.delays = { ...person.world.settings.delays, stop: 20_000 };
    const operation = await window.operations.begin('stop', id);
    await person.outcome(operation.done, 5 * minute);
    expect(person.world.instance(id).status).toBe('stopped');
  });
});
