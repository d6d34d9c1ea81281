import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatOwnFile, parseOwnFile } from '../../../../src/ssh/config/ownConfig';
import { lockPath } from '../../../../src/ssh/config/fileLock';
import { makeInstance, makePlace, sshG, user, valuesOf } from './support';

const stress = process.env.STRESS === '1';
const kills = stress ? 1000 : 15;
const writers = stress ? 16 : 4;
const writesEach = stress ? 50 : 5;
const content = '# mine\nHost other\n  HostName 198.51.100.1\n  User bob # note';

let folder = '';
let program = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensordock-writer-'));
  program = join(folder, 'writer.cjs');
  const entry = join(import.meta.dirname, 'writer.ts');
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: program });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.skipIf(process.platform === 'win32')(
  'a full disk leaves a file whole that is edited in place',
  async () => {
    const file = join(folder, 'config');
    const cut = join(folder, 'cut.cjs');
    const contents = `
    import { replaceFile } from '../../../../src/ssh/config/configFile';
    import { systemClock as clock } from '../../../../src/base/clock';
    const options = { mode: 0o600, keepAttributes: true, clock, platform: process.platform };
    void replaceFile(process.argv[2], 'Include x\\n' + process.argv[3], options);`;
    const stdin = { contents, resolveDir: import.meta.dirname, loader: 'ts' as const };
    await build({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: cut });
    // Without a working `cp`, no copy has the attributes.
    await writeFile(join(folder, 'cp'), '#!/bin/sh\nexit 1\n', { mode: 0o700 });
    const full = '# mine\n'.repeat(1024).padEnd(8192, '#');
    await writeFile(file, full);
    // No file grows beyond 16 blocks of 512 bytes.
    const script = 'ulimit -f 16; PATH="$0:$PATH"; exec "$@"';
    const writer = spawn('sh', ['-c', script, folder, process.execPath, cut, file, full], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said = await text(writer.stderr);
    expect(said).toContain('EFBIG');
    expect(await readFile(file, 'utf8')).toBe(full);
  },
);

test(`a writer killed ${kills} times leaves whole files`, { timeout: 1_800_000 }, async () => {
  const { paths, person, hosts } = await makePlace();
  await writeFile(paths.personConfig, content);
  await hosts.ensureEntry('keeper', makeInstance(), user);
  const seen = { with: 0, without: 0, locked: 0 };
  for (let kill = 0; kill < kills; kill++) {
    const writer = spawn(process.execPath, [program, paths.personConfig, 'killed', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(writer, 'exit');
    await once(writer.stdout, 'data');
    await wait(randomInt(0, 40)); // The moment of the kill, which is to be any.
    writer.kill('SIGKILL');
    await gone;

    const text = await readFile(paths.personConfig, 'utf8');
    expect([content, `${paths.includeLine}\n${content}`]).toContain(text);
    seen[text === content ? 'without' : 'with']++;
    const own = await readFile(paths.ownConfig, 'utf8');
    const { entries, foreign } = parseOwnFile(own);
    expect(foreign).toBe(false);
    expect(formatOwnFile(entries).toString()).toBe(own);
    expect(entries.find(({ account }) => account === 'keeper')?.host).toBe('192.0.2.7');
    if (kill % 10 === 0) {
      const output = await sshG(paths.personConfig, 'other');
      expect(valuesOf(output, 'user')).toEqual(['bob']);
    }
    // A dead writer's lock grows old; here at once.
    await utimes(lockPath(paths.folder), 0, 0).then(
      () => seen.locked++,
      () => undefined,
    );
  }
  if (stress) console.log(`after ${kills} kills`, seen);
  await person.apply(await person.plan());
  await hosts.remove('killed', 'killed-1');
  await hosts.ensureEntry('keeper', makeInstance({ ipAddress: '192.0.2.8' }), user);
  const left = [...(await readdir(paths.folder)), ...(await readdir(dirname(paths.personConfig)))];
  expect(left.filter((name) => name.endsWith('.tmp') || name.endsWith('.lock'))).toEqual([]);
  await person.remove();
  expect(await readFile(paths.personConfig, 'utf8')).toBe(content);
});

test(
  `${writers} processes writing ${writesEach} times each lose nothing`,
  { timeout: 1_800_000 },
  async () => {
    const { paths, person, hosts } = await makePlace();
    await writeFile(paths.personConfig, content);
    const codes = await Promise.all(
      Array.from({ length: writers }, async (_, number) => {
        const args = [program, paths.personConfig, `w${number}`, String(writesEach)];
        const [code] = (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')) as [number];
        return code;
      }),
    );
    expect(codes).toEqual(codes.map(() => 0));
    const entries = await hosts.entries();
    const wanted = codes.flatMap((_, writer) =>
      Array.from({ length: writesEach }, (__, number) => `w${writer}-${number}`),
    );
    expect(entries.map(({ id }) => id).sort()).toEqual(wanted.sort());
    expect(new Set(entries.map(({ alias }) => alias)).size).toBe(wanted.length);
    expect(await readFile(paths.personConfig, 'utf8')).toBe(`${paths.includeLine}\n${content}`);
    const output = await sshG(paths.personConfig, 'td-w1-3');
    expect(valuesOf(output, 'port')).toEqual(['20003']);
    await person.remove();
    expect(await readFile(paths.personConfig, 'utf8')).toBe(content);
  },
);
