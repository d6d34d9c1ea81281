import { lstat, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test, type onTestFinished } from 'vitest';
import { oddKinds, refusedByItself, type OddKind } from './oddKinds';
import { makeInstance, makePlace, sshG, valuesOf, type Place } from './support';

async function placeWith(
  { content, files = {} }: OddKind,
  finished?: typeof onTestFinished,
): Promise<{ place: Place; bytes: Buffer }> {
  const place = await makePlace('.ssh', finished);
  const root = dirname(place.paths.personConfig);
  const fill = (text: string): string => text.replaceAll('{root}', root);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), fill(text));
  }
  const bytes = Buffer.from(fill(content));
  await writeFile(place.paths.personConfig, bytes);
  return { place, bytes };
}

/** What `ssh` refuses it refuses as before, though one line further down. */
const unnumbered = (text: string): string => text.replace(/line \d+/g, 'line');

async function addOurs(place: Place): Promise<string> {
  const made = await place.hosts.ensureEntry('account', makeInstance(), { user: 'me' });
  if ('none' in made) throw new Error(made.none);
  expect(await place.person.apply(await place.person.plan())).toBe('done');
  expect(await place.person.plan()).toEqual({ kind: 'none' });
  return made.alias;
}

async function expectOurs(file: string, alias: string): Promise<void> {
  const ours = await sshG(file, alias);
  const values = ['hostname', 'port', 'user', 'stricthostkeychecking', 'forwardagent', 'controlpath'];
  expect(values.map((keyword) => valuesOf(ours, keyword))).toEqual([
    ['192.0.2.7'],
    ['20456'],
    ['me'],
    ['accept-new'],
    ['no'],
    [],
  ]);
}

test('the table has at least 80 kinds', () => {
  expect(Object.keys(oddKinds).length).toBeGreaterThanOrEqual(80);
});

describe('a configuration with', () => {
  // Side by side, since most of the time is spent waiting for the disk and for ssh.
  test.concurrent.for(Object.entries(oddKinds))('%s', async ([kind, odd], { onTestFinished }) => {
    const { place, bytes } = await placeWith(odd, onTestFinished);
    const file = place.paths.personConfig;
    const before = await sshG(file, 'other');
    expect(before.startsWith('refused')).toBe(refusedByItself.has(kind));

    const alias = await addOurs(place);
    const edited = await readFile(file);
    const end = /\r?\n/.exec(bytes.toString())?.[0] ?? '\n';
    expect(edited.equals(Buffer.concat([Buffer.from(place.paths.includeLine + end), bytes]))).toBe(true);
    expect(unnumbered(await sshG(file, 'other'))).toBe(unnumbered(before));
    if (!refusedByItself.has(kind)) await expectOurs(file, alias);

    await place.person.remove();
    expect((await readFile(file)).equals(bytes)).toBe(true);
  });

  test('a symbolic link to a file that is managed elsewhere', async () => {
    const { place, bytes } = await placeWith({ content: 'Host other\r\n  User bob' });
    const file = place.paths.personConfig;
    await rename(file, join(place.root, 'managed'));
    await symlink('../managed', file);
    const before = await sshG(file, 'other');
    const alias = await addOurs(place);
    expect(await sshG(file, 'other')).toBe(before);
    await expectOurs(file, alias);
    await place.person.remove();
    expect(await readFile(join(place.root, 'managed'))).toEqual(bytes);
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
  });
});

describe('our line is there already', () => {
  const simple = 'Host other\n  User bob\n';
  test.each([
    ['twice', (line: string) => `${line}\n${line}\n${simple}`, simple],
    ['first and last', (line: string) => `${line}\n${simple}${line}`, simple],
    [
      'below a host, in CRLF',
      (line: string) => `Host other\r\n  User bob\r\n${line}\r\n`,
      'Host other\r\n  User bob\r\n',
    ],
    ['between comments', (line: string) => `# a\n${line} # ours\n# b\n${simple}`, `# a\n# b\n${simple}`],
    [
      'indented, in capitals',
      (line: string) => `  ${line.replace('Include', 'INCLUDE')}  \n${simple}`,
      simple,
    ],
    ['behind a BOM, which ssh refuses', (line: string) => `\uFEFF${line}\n${simple}`, `\uFEFF${simple}`],
  ])('%s: removal leaves every other byte', async (_, content, rest) => {
    const place = await makePlace();
    const { personConfig, includeLine } = place.paths;
    await writeFile(personConfig, content(includeLine));
    const alias = await addOurs(place);
    if (!rest.startsWith('\uFEFF')) await expectOurs(personConfig, alias);
    await place.person.remove();
    expect(await readFile(personConfig, 'utf8')).toBe(rest);
  });
});

describe('a file that is not text is left alone', () => {
  test.each([
    ['a NUL at the end', Buffer.from('Host other\n  User bob\n\0'), 'not-text'],
    ['a NUL in a comment', Buffer.from('# a\0b\nHost other\n'), 'not-text'],
    ['Latin-1', Buffer.from('# Gr\xfc\xdfe\nHost other\n', 'latin1'), 'not-text'],
    ['half a character at the end', Buffer.from([0x23, 0xe4, 0xb8]), 'not-text'],
    ['UTF-16 without a BOM', Buffer.from('Host other\n', 'utf16le'), 'not-text'],
  ])('%s', async (_, bytes, code) => {
    const place = await makePlace();
    const { personConfig } = place.paths;
    await writeFile(personConfig, bytes);
    const before = await sshG(personConfig, 'other');
    await expect(place.person.plan()).rejects.toMatchObject({ code });
    // An instance can still be reached by our own file.
    const made = await place.hosts.ensureEntry('account', makeInstance(), { user: 'me' });
    if ('none' in made) throw new Error(made.none);
    await expectOurs(place.paths.ownConfig, made.alias);
    expect(await readFile(personConfig)).toEqual(bytes);
    expect(await sshG(personConfig, 'other')).toBe(before);
  });
});
