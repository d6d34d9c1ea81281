import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePublicKey } from '../../../../src/ssh/keys/publicKey';
import { temporaryFolder } from '../connect/servers';
import { line } from './wire';

let place: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  place = await temporaryFolder();
});
afterAll(() => place.remove());

describe('public keys', () => {
  test.each([
    ['ed25519', []],
    ['rsa', ['-b', '2048']],
    ['ecdsa', ['-b', '521']],
  ])('%s reads as ssh-keygen does', async (type, more) => {
    const file = path.join(place.folder, `key-${type}`);
    execFileSync('ssh-keygen', ['-q', '-t', type, ...more, '-N', '', '-C', 'my laptop', '-f', file]);
    const key = parsePublicKey(await readFile(`${file}.pub`, 'utf8'));
    expect(key.comment).toBe('my laptop');
    expect(execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' })).toContain(
      ` ${key.fingerprint} `,
    );
  });

  test('of a hardware key are read as well', () => {
    const type = 'sk-ssh-ed25519@openssh.com';
    expect(parsePublicKey(line(type, type, Buffer.alloc(32), 'ssh:')).type).toBe(type);
  });

  test.each([
    ['nothing', '', 'not-a-key'],
    ['another type inside', line('ssh-ed25519', 'ssh-rsa', Buffer.alloc(32)), 'not-a-key'],
    ['too short', line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(31)), 'not-a-key'],
    ['too long', line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32), 'x'), 'not-a-key'],
    ['a type nobody takes', line('ssh-dss', 'ssh-dss', 'x'), 'not-a-key'],
    ['a name of Object', line('constructor', 'constructor'), 'not-a-key'],
    ['two lines', `${line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32))} a\nssh-rsa AAAA`, 'not-a-key'],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA', 'private-key'],
    ['a certificate', 'ssh-ed25519-cert-v01@openssh.com AAAA', 'certificate'],
  ])('refuses %s', (_, text, code) => {
    expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code }));
  });
});
