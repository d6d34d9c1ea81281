import { readdir, readFile, stat, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeSshEntries } from '../../../../src/ssh/config/cleanUp';
import { PersonConfig } from '../../../../src/ssh/config/personConfig';
import { agree, makeInstance, makePlace, placeAt, sshG, tools, user, valuesOf, type Place } from './support';

const simple = 'Host other\n  HostName 198.51.100.1\n';

describe('the position of the line', () => {
  const line = (place: Place): string => place.paths.includeLine;
  test.each([
    ['first', (p: Place) => `${line(p)}\n${simple}`, 'none'],
    ['behind comments and blank lines', (p: Place) => `# a\n\n\t\n  # b\n${line(p)}\n${simple}`, 'none'],
    [
      'in another case, with an equals sign',
      (p: Place) => `  INCLUDE = ${p.paths.ownConfig}\n${simple}`,
      'none',
    ],
    ['quoted', (p: Place) => `Include "${p.paths.ownConfig}"\n`, 'none'],
    ['with a comment', (p: Place) => `Include ${p.paths.ownConfig} # td\n`, 'none'],
    ['with detours in the path', (p: Place) => `Include ${p.paths.folder}/../tensordock//config\n`, 'none'],
    ['before another file', (p: Place) => `Include ${p.paths.ownConfig} /x/y\n`, 'none'],
    ['twice', (p: Place) => `${line(p)}\n${simple}${line(p)}\n`, 'none'],
    ['behind another file', (p: Place) => `Include /x/y ${p.paths.ownConfig}\n`, 'move'],
    ['below a global option', (p: Place) => `StrictHostKeyChecking no\n${line(p)}\n${simple}`, 'move'],
    ['inside a host', (p: Place) => `${simple}  ${line(p)}\n`, 'move'],
    ['at the end, unfinished', (p: Place) => `${simple}${line(p)}`, 'move'],
    ['in a comment only', (p: Place) => `# ${line(p)}\n${simple}`, 'add'],
    ['of another file of the same name', () => `Include /elsewhere/tensordock/config\n${simple}`, 'add'],
    ['absent', () => simple, 'add'],
  ] satisfies [string, (place: Place) => string, string][])('%s', async (_, content, kind) => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, content(place));
    expect((await place.person.plan()).kind).toBe(kind);
  });

  test('moves a line back to the top and changes nothing else', async () => {
    const place = await makePlace();
    const { personConfig, includeLine } = place.paths;
    await place.hosts.ensureEntry('account', makeInstance(), user);
    await writeFile(personConfig, `Port 2200\r\n${includeLine}\r\n# end\r\n`);
    expect(valuesOf(await sshG(personConfig, 'td-trainer-one'), 'port')).toEqual(['2200']);
    expect(await agree(place)).toBe('done');
    expect(await readFile(personConfig, 'utf8')).toBe(`${includeLine}\r\nPort 2200\r\n# end\r\n`);
    expect(valuesOf(await sshG(personConfig, 'td-trainer-one'), 'port')).toEqual(['20456']);
  });

  test('a relative name counts from ~/.ssh', async () => {
    const { root } = await makePlace();
    const home = join(root, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    const { paths } = placeAt(root, join(home, '.ssh', 'config'));
    await writeFile(paths.personConfig, 'Include tensordock/config\n');
    expect(await new PersonConfig({ ...paths, home }, tools).plan()).toEqual({ kind: 'none' });
  });
});

describe('an edit', () => {
  test('makes a file and folder that only the person can read, and takes them away', async () => {
    const { root } = await makePlace();
    const place = placeAt(root, join(root, 'new', 'config'));
    const mask = process.umask(0o002);
    try {
      await place.hosts.ensureEntry('account', makeInstance(), user);
      expect(await agree(place)).toBe('done');
    } finally {
      process.umask(mask);
    }
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    expect(await mode(place.paths.personConfig)).toBe(0o600);
    expect(await mode(place.paths.ownConfig)).toBe(0o600);
    expect(await mode(place.paths.folder)).toBe(0o700);
    expect(await mode(place.paths.knownHosts)).toBe(0o700);
    expect(await removeSshEntries(place.person, place.hosts)).toBe(true);
    expect(await readdir(join(root, 'new'))).toEqual([]);
  });

  test('keeps one copy of the file as it was before the first', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    await agree(place);
    await writeFile(place.paths.personConfig, 'Host another\n');
    await agree(place);
    expect(await readFile(place.person.backup, 'utf8')).toBe(simple);
    expect((await stat(place.person.backup)).mode & 0o777).toBe(0o600);
  });

  test('sees what the person wrote between the question and the answer', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    const plan = await place.person.plan();
    await writeFile(place.paths.personConfig, `${simple}# more\n`);
    expect(await place.person.apply(plan)).toBe('done');
    expect(await readFile(place.paths.personConfig, 'utf8')).toBe(
      `${place.paths.includeLine}\n${simple}# more\n`,
    );
  });

  test('asks again where another answer is needed', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    const plan = await place.person.plan();
    const moved = `${simple}${place.paths.includeLine}\n`;
    await writeFile(place.paths.personConfig, moved);
    expect(await place.person.apply(plan)).toBe('changed');
    expect(await readFile(place.paths.personConfig, 'utf8')).toBe(moved);
  });

  test('writes nothing a second time', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    const plan = await place.person.plan();
    await place.person.apply(plan);
    const { ino } = await stat(place.paths.personConfig);
    expect(await place.person.apply(plan)).toBe('done');
    expect((await stat(place.paths.personConfig)).ino).toBe(ino);
  });
});

describe('the backup', () => {
  test.each([
    '~/*/*',
    '~/*',
    '~/**/*',
    '~/config*',
    '~/*/config*',
    '~/*/*before*',
    '~/*/*.bak',
    '~/*/*tensordock*',
    '~/*/.[!.]*/*',
    '~/*/*/*',
    '~/t*/*c*',
  ])('is read by no Include %s', async (pattern) => {
    const place = await makePlace();
    const { personConfig } = place.paths;
    const include = `Include ${pattern.replace('~', join(place.root, '.ssh'))}\n`;
    await writeFile(personConfig, `${include}Host other\n  IdentityFile /a/key\n`);
    // A wildcard that takes the file itself reads it again, to the depth that ssh bears; that is the person's.
    const before = await sshG(personConfig, 'other');
    await agree(place);
    // Where the first edit found something else, as when a person changes the file later.
    await writeFile(place.person.backup, 'Host other\n  User from-the-backup\n');
    await writeFile(
      join(place.root, '.ssh', '.config.tensordock-0123456789ab.tmp'),
      'Host other\n  User half\n',
    );
    expect(await sshG(personConfig, 'other')).not.toMatch(/from-the-backup|user half/);
    if (!before.startsWith('refused')) expect(await sshG(personConfig, 'other')).toBe(before);
  });
});
