import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sshCommandLine } from '../../../../src/ssh/connect/commandLine';

describe('the copied command', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'td-command-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['50%', '50% of %h', "it's mine", 'a "b" $HOME', '-i', '%d#1'])(
    'has the key file as ssh reads it: %s',
    (name) => {
      const file = path.join(folder, name);
      writeFileSync(file, '');
      const target = { host: '192.0.2.7', port: 2222, user: 'user', identityFile: file };
      const line = sshCommandLine(target, 'posix').replace(/^ssh /, 'ssh -G -F none ');
      const output = execFileSync('sh', ['-c', line], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      // `ssh -G` shows a path of `-o` before its tokens are expanded.
      expect(/^identityfile (.*)$/m.exec(output)?.[1]?.replaceAll('%%', '%')).toBe(file);
      expect(output).toContain('hostname 192.0.2.7\n');
    },
  );

  test('doubles what ssh would expand', () => {
    const target = { host: '192.0.2.7', port: 22, user: 'user', identityFile: '/keys/50%' };
    expect(sshCommandLine(target, 'posix')).toBe("ssh -o 'IdentityFile=/keys/50%%' user@192.0.2.7");
  });

  test.each(['-oProxyCommand=x', 'a b', 'a%h', "a'b", ''])(
    'names no user that could be an option: %j',
    (user) => {
      expect(() => sshCommandLine({ host: '192.0.2.7', port: 22, user }, 'posix')).toThrow('User');
    },
  );
});
