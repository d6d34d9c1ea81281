import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import type { SyncOptions } from '../../../../src/ssh/config/sshHosts';
import { makeInstance, makePlace, user } from './support';

/** What was asked of the file system, in order. */
const calls = vi.hoisted((): string[] => []);

vi.mock('node:fs/promises', async (original) => {
  const real = await original<Record<string, unknown>>();
  return Object.fromEntries(
    Object.entries(real).map(([name, member]) => [
      name,
      typeof member === 'function'
        ? (...args: unknown[]): unknown => {
            calls.push(name);
            return Reflect.apply(member, undefined, args);
          }
        : member,
    ]),
  );
});

const options: SyncOptions = { optionsFor: () => user, addMissing: true };
const instances = Array.from({ length: 1_000 }, (_, index) =>
  makeInstance({ id: `instance-${index}`, name: `box ${index}`, ipAddress: '192.0.2.7' }),
);

async function setUp(): Promise<Awaited<ReturnType<typeof makePlace>>> {
  const place = await makePlace();
  const { personConfig, includeLine } = place.paths;
  const hosts = Array.from({ length: 10_000 }, (_, index) => `Host h${index}\n  User me\n`);
  await writeFile(personConfig, `${includeLine}\n${hosts.join('')}`);
  await place.hosts.sync('me', instances, options);
  return place;
}

beforeEach(() => void (calls.length = 0));

test('10,000 hosts of the person’s and 1,000 of ours: nothing changed, nothing is read or written', async () => {
  const { hosts, person } = await setUp();
  await person.plan();
  await hosts.sync('me', instances, options);
  calls.length = 0;
  expect(await person.plan()).toEqual({ kind: 'none' });
  expect(await hosts.sync('me', instances, options)).toBe(false);
  expect(calls.filter((name) => !['lstat', 'stat', 'realpath'].includes(name))).toEqual([]);
});

test('a file that somebody else wrote is read again', async () => {
  const { hosts, person, paths } = await setUp();
  expect(await person.plan()).toEqual({ kind: 'none' });
  await writeFile(paths.personConfig, 'Host other\n');
  expect((await person.plan()).kind).toBe('add');
  const before = await readFile(paths.ownConfig, 'utf8');
  await writeFile(paths.ownConfig, before.replace(' 192.0.2.7', ' 192.0.2.8'));
  expect(await hosts.sync('me', instances, options)).toBe(true);
  expect(await readFile(paths.ownConfig, 'utf8')).toBe(before);
});

test('one of them changed: the file is written once, and neither it nor the person’s is read', async () => {
  const { hosts, paths } = await setUp();
  await hosts.sync('me', instances, options);
  calls.length = 0;
  const moved = instances.with(500, makeInstance({ ...instances[500], ipAddress: '192.0.2.9' }));
  expect(await hosts.sync('me', moved, options)).toBe(true);
  expect(calls.filter((name) => name === 'rename')).toHaveLength(1);
  expect(await hosts.sync('me', moved, options)).toBe(false);
  expect(calls.filter((name) => name === 'readFile')).toEqual([]);
  expect((await readFile(paths.ownConfig, 'utf8')).match(/192\.0\.2\.9/g)).toHaveLength(1);
});
