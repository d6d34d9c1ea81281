import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passwordHome } from '../../../../src/ssh/config/paths';
import { run } from '../../../../src/ssh/connect/run';
import { temporaryFolder } from './servers';

let place: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  place = await temporaryFolder();
});

afterAll(() => place.remove());

test.skipIf(process.platform === 'win32')(
  'a process ends with its children, by time and by signal',
  async () => {
    const pidFile = path.join(place.folder, 'pid');
    const script = `sleep 600 & echo $! > '${pidFile}'; echo ready; wait`;
    const alive = async (): Promise<boolean> => {
      const status = await readFile(`/proc/${(await readFile(pidFile, 'utf8')).trim()}/stat`, 'utf8').catch(
        () => 'x) Z',
      );
      return !/\) [ZX]/.test(status);
    };
    expect(await run('sh', ['-c', script], { timeoutMs: 500 })).toMatchObject({
      timedOut: true,
      stdout: 'ready\n',
    });
    await expect.poll(alive).toBe(false);
    const cancel = new AbortController();
    const ended = run('sh', ['-c', script], { signal: cancel.signal });
    cancel.abort();
    await expect(ended).rejects.toThrow();
  },
);

test('a program runs in the home, not in the current folder', async () => {
  const { stdout } = await run(process.execPath, ['-p', 'process.cwd()']);
  expect(await realpath(stdout.trim())).toBe(await realpath(passwordHome()));
});
