import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quoteArgument, shellKind } from '../../../src/base/shellQuote';

describe('the kind of a shell', () => {
  it.each([
    ['/usr/bin/bash', 'linux', 'posix'],
    ['/opt/homebrew/bin/fish', 'darwin', 'posix'],
    ['C:\\Windows\\System32\\cmd.exe', 'win32', 'cmd'],
    ['C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', 'win32', 'powershell'],
    ['/usr/bin/pwsh', 'linux', 'powershell'],
    ['C:\\Program Files\\Git\\bin\\bash.exe', 'win32', 'posix'],
    ['', 'win32', 'powershell'],
    ['', 'linux', 'posix'],
  ] as const)('of %j on %s is %s', (executable, platform, kind) => {
    expect(shellKind(executable, platform)).toBe(kind);
  });
});

describe('a quoted argument', () => {
  it.each([`plain`, '', 'two words', `it's`, '$HOME `id` "x" \\ !', 'line\nbreak', '-o', '~/x', '*'])(
    'reaches a program unchanged from a POSIX shell: %j',
    (text) => {
      const { stdout } = spawnSync('sh', ['-c', `printf %s ${quoteArgument(text, 'posix')}`], {
        encoding: 'utf8',
      });
      expect(stdout).toBe(text);
    },
  );

  it.each([
    ['td-gpu-dev', 'td-gpu-dev'],
    ['', "''"],
    ["it's ‘odd’", "'it''s ‘‘odd’’'"],
    ['$env:PATH', "'$env:PATH'"],
    ['a,b', "'a,b'"],
    ['@x', "'@x'"],
    ['C:\\My Keys\\id', "'C:\\My Keys\\id'"],
  ])('for PowerShell, %j is %s', (text, quoted) => {
    expect(quoteArgument(text, 'powershell')).toBe(quoted);
  });

  it.each([
    ['td-gpu-dev', 'td-gpu-dev'],
    ['', '""'],
    ['a & b', '"a & b"'],
    ['C:\\My Keys\\', '"C:\\My Keys\\\\"'],
    ['say "x" & more', String.raw`^"say \^"x\^" ^& more^"`],
    ['%PATH%', '^"^%PATH^%^"'],
  ])('for cmd, %j is %s', (text, quoted) => {
    expect(quoteArgument(text, 'cmd')).toBe(quoted);
  });
});
