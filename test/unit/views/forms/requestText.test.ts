import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { prepare } from '../../../../src/views/forms/createSubmit';
import { asCurl, asJson } from '../../../../src/views/forms/requestText';
import { access, catalog, draft } from './catalogFixtures';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

const known = { catalog, access, names: [] };

describe('a request for scripts', () => {
  const { request, problems } = prepare({ ...draft, image: 'windows10' }, known, 'Very secret 123');

  it('is the one that the form sends', () => {
    expect(problems).toEqual([]);
    expect(JSON.parse(asJson(request))).toMatchObject({
      data: { type: 'virtualmachine', attributes: { name: 'rtx4090-1', location_id: 'cheap' } },
    });
  });

  it('holds no token and no password, and quotes special characters', () => {
    const line = asCurl({ ...request, name: "it's $HOME" }, 'https://example.test/', 'posix');
    expect(line).not.toContain('Very secret');
    expect(line).toContain('https://example.test/api/v2/instances');
    expect(line).toContain('Bearer $TENSORDOCK_TOKEN');
    expect(line).toContain(String.raw`it'\''s $HOME`);
  });

  const odd = { ...request, name: `it's "50%" \\ of $HOME & %PATH% | <ü> (‘x’) ^!` };
  const nameIn = (json: string): unknown =>
    (JSON.parse(json) as { data: { attributes: { name: string } } }).data.attributes.name;

  it('reaches curl unchanged from a POSIX shell', () => {
    const line = asCurl(odd, 'https://example.test', 'posix');
    const script = `curl() { for last; do :; done; printf %s "$last"; }\n${line}`;
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(nameIn(stdout)).toBe(odd.name);
  });

  it('goes through a here-string in PowerShell, in ASCII only', () => {
    const line = asCurl(odd, 'https://example.test', 'powershell', 'win32');
    const [, json = '', command] = /^@'\n(.*)\n'@ \| (.*)$/s.exec(line) ?? [];
    expect(nameIn(json)).toBe(odd.name);
    expect(json).toMatch(/^[\x20-\x7e\n]*$/);
    expect(json).not.toMatch(/^'@/m);
    expect(command).toMatch(
      /^curl\.exe .*"Authorization: Bearer \$env:TENSORDOCK_TOKEN".* --data-binary '@-'$/,
    );
  });

  it('leaves nothing for cmd to interpret', () => {
    const line = asCurl(odd, 'https://example.test', 'cmd');
    const [, argument = ''] = / --data "(.*)"$/.exec(line) ?? [];
    expect(argument).not.toMatch(/[%^&<>|!()\n]/);
    expect(nameIn(argument.replaceAll('\\"', '"'))).toBe(odd.name);
    expect(line).toContain('Bearer %TENSORDOCK_TOKEN%');
  });
});
