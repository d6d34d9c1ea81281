import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccountIds } from '../../../src/instances/accountIds';
import { type Account, Accounts } from '../../../src/instances/accounts';
import { MemorySecrets } from './memory';
import { KeptLog } from './windows';

const origin = 'https://dashboard.example';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tensordock-accounts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function windowsOn(secrets: MemorySecrets): { log: KeptLog; one: Accounts; other: Accounts } {
  const log = new KeptLog();
  const open = (): Accounts => new Accounts(secrets, new AccountIds({ secrets, folder, log }), log);
  return { log, one: open(), other: open() };
}

/** Signs in as a person does: the token was accepted, and listed these instances. */
async function signIn(
  accounts: Accounts,
  label: string,
  token: string,
  instanceIds: readonly string[] = [],
): Promise<{ account: Account; kept: boolean }> {
  const { id, label: known } = await accounts.identify(origin, token, instanceIds);
  const account = { id, origin, label: known ?? label, token };
  return { account, ...(await accounts.add(account)) };
}

describe('signing in', () => {
  test('another window notices, and uses the same account', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    let noticed = 0;
    other.onDidChange(() => (noticed += 1));
    const { account, kept } = await signIn(one, 'mine', 'token-a');
    expect(kept).toBe(true);
    expect(noticed).toBeGreaterThan(0);
    expect((await other.signedIn(origin)).active).toEqual(account);
  });

  test('a token is only used at its origin', async () => {
    const { one } = windowsOn(new MemorySecrets());
    await signIn(one, 'mine', 'token-a');
    expect((await one.signedIn('https://elsewhere.example')).active).toBeUndefined();
  });

  test('the account’s ID reveals nothing about the token, and stays when the same token signs in again', async () => {
    const { one } = windowsOn(new MemorySecrets());
    const first = await signIn(one, 'mine', 'token-a');
    const again = await signIn(one, 'mine', 'token-a');
    expect(again.account.id).toBe(first.account.id);
    expect(first.account.id).toMatch(/^[0-9a-f]{32}$/);
    expect(await one.all(origin)).toHaveLength(1);
  });
});

describe('an account is not its token', () => {
  test('signing out and in again is the same account, also in a window that was opened later', async () => {
    const secrets = new MemorySecrets();
    const first = await signIn(windowsOn(secrets).one, 'mine', 'token-a');
    await windowsOn(secrets).one.remove(origin, first.account.id);
    const again = await signIn(windowsOn(secrets).other, 'mine', 'token-a');
    expect(again.account.id).toBe(first.account.id);
  });

  test('a new token whose list shares an instance replaces the old token of that account', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    const first = await signIn(one, 'mine', 'token-a', ['i-1', 'i-2']);
    await signIn(one, 'another', 'token-b', ['i-9']);
    const rotated = await signIn(one, 'asked for nothing', 'token-c', ['i-2', 'i-3']);
    expect(rotated.account).toEqual({ ...first.account, token: 'token-c' });
    expect((await other.signedIn(origin)).active).toEqual(rotated.account);
    expect((await other.all(origin)).map(({ token }) => token)).toEqual(['token-c', 'token-b']);
  });

  test('a new token continues an account that was signed out, by what it was last seen to have', async () => {
    const { one } = windowsOn(new MemorySecrets());
    const first = await signIn(one, 'mine', 'token-a', []);
    await one.saw(first.account, ['i-7']);
    await one.saw(first.account, []);
    await one.remove(origin, first.account.id);
    expect((await signIn(one, 'mine', 'token-b', ['i-7'])).account.id).toBe(first.account.id);
    // The old token still means the same account.
    await one.remove(origin, first.account.id);
    expect((await signIn(one, 'mine', 'token-a')).account.id).toBe(first.account.id);
  });

  test('tokens that share no instance, or belong to another origin, are different accounts', async () => {
    const { one } = windowsOn(new MemorySecrets());
    const first = await signIn(one, 'first', 'token-a', ['i-1']);
    const second = await signIn(one, 'second', 'token-b', ['__proto__']);
    const elsewhere = await one.identify('https://elsewhere.example', 'token-c', ['i-1']);
    const sameToken = await one.identify('https://elsewhere.example', 'token-a', []);
    expect(new Set([first.account.id, second.account.id, elsewhere.id, sameToken.id]).size).toBe(4);
  });

  test('an account with an ID of an earlier version keeps it, also after signing out', async () => {
    const secrets = new MemorySecrets();
    const id = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    const keyring = { version: 1, active: id, accounts: [{ id, label: 'mine', token: 'token-a' }] };
    secrets.values.set(`tensordock.accounts:${origin}`, JSON.stringify(keyring));
    const { one, other } = windowsOn(secrets);
    expect((await signIn(one, 'mine', 'token-a')).account.id).toBe(id);
    await one.remove(origin, id);
    expect((await signIn(other, 'mine', 'token-a')).account.id).toBe(id);
  });

  test('windows that sign in at the same moment agree on the key', async () => {
    const secrets = new MemorySecrets();
    const keys = new Set<string | undefined>();
    secrets.onDidChange(() => keys.add(secrets.values.get('tensordock.accountKey')));
    const windows = Array.from({ length: 4 }, () => windowsOn(secrets)).flatMap(({ one, other }) => [
      one,
      other,
    ]);
    const found = await Promise.all(windows.map((window) => window.identify(origin, 'token-a', [])));
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
    expect(keys.size).toBe(1);
  });

  test('without secret storage, the same instances are still the same account', async () => {
    const secrets = new MemorySecrets();
    const first = await signIn(windowsOn(secrets).one, 'mine', 'token-a', ['i-1']);
    secrets.failing = 'all';
    expect((await windowsOn(secrets).one.identify(origin, 'token-a', ['i-1'])).id).toBe(first.account.id);
  });

  test('no file contains a token, the key, or an unkeyed hash of a token', async () => {
    const secrets = new MemorySecrets();
    const { one } = windowsOn(secrets);
    await signIn(one, 'mine', 'token-a', ['i-1']);
    const key = secrets.values.get('tensordock.accountKey') ?? 'none';
    const files = await Promise.all(
      (await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')),
    );
    expect(files.join()).toContain('i-1');
    const unkeyed = ['token-a', `${origin}\ntoken-a`].map((text) =>
      createHash('sha256').update(text).digest('hex'),
    );
    for (const secret of ['token-a', key, ...unkeyed]) expect(files.join()).not.toContain(secret);
  });
});

describe('several accounts', () => {
  test('every window sees a switch to another account', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    const first = await signIn(one, 'first', 'token-a');
    await signIn(one, 'second', 'token-b');
    expect((await other.signedIn(origin)).active?.label).toBe('second');
    await other.show(origin, first.account.id);
    expect((await one.signedIn(origin)).active?.label).toBe('first');
    expect(await one.all(origin)).toHaveLength(2);
  });

  test('all accounts can be shown together, in every window, and one alone again', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    const first = await signIn(one, 'mine', 'token-a');
    await signIn(one, 'work', 'token-b');
    await one.show(origin, undefined);
    expect(await other.signedIn(origin)).toMatchObject({ isTogether: true });
    expect((await other.all(origin)).map(({ label }) => label)).toEqual(['mine', 'work']);
    await other.show(origin, first.account.id);
    expect(await one.signedIn(origin)).toMatchObject({ isTogether: false, active: { label: 'mine' } });
  });

  test('a third account that signs in leaves them together', async () => {
    const { one } = windowsOn(new MemorySecrets());
    await signIn(one, 'mine', 'token-a');
    await signIn(one, 'work', 'token-b');
    await one.show(origin, undefined);
    await signIn(one, 'club', 'token-c');
    expect(await one.signedIn(origin)).toMatchObject({ isTogether: true, active: { label: 'club' } });
  });

  test('another name is seen in every window, and the token stays', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    const { account } = await signIn(one, 'mine', 'token-a');
    await other.rename(origin, account.id, 'private');
    expect((await one.signedIn(origin)).active).toEqual({ ...account, label: 'private' });
  });

  test('a name that can’t be stored is refused, and nothing is lost', async () => {
    const secrets = new MemorySecrets();
    const { one } = windowsOn(secrets);
    const { account } = await signIn(one, 'mine', 'token-a');
    secrets.failing = 'store';
    await expect(one.rename(origin, account.id, 'private')).rejects.toThrow('name wasn’t saved');
    secrets.failing = undefined;
    expect((await one.signedIn(origin)).active).toEqual(account);
  });

  test('signing out of one account keeps the other', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    await signIn(one, 'first', 'token-a');
    const second = await signIn(one, 'second', 'token-b');
    await one.remove(origin, second.account.id);
    expect((await other.signedIn(origin)).active?.label).toBe('first');
  });

  test('signing out of the last one leaves no token in the secret store', async () => {
    const secrets = new MemorySecrets();
    const { one, other } = windowsOn(secrets);
    const { account } = await signIn(one, 'only', 'token-a');
    await one.remove(origin, account.id);
    expect([...secrets.values.values()].filter((value) => value.includes('token-a'))).toEqual([]);
    expect([...secrets.values.keys()]).toEqual(['tensordock.accountKey']);
    expect((await other.signedIn(origin)).active).toBeUndefined();
  });
});

describe('a secret store that fails', () => {
  test.each(['store', 'get', 'all'] as const)(
    '%s: the token is known in this window only',
    async (failing) => {
      const secrets = new MemorySecrets();
      const { one, other, log } = windowsOn(secrets);
      secrets.failing = failing;
      const { kept } = await signIn(one, 'mine', 'token-a');
      expect(kept).toBe(false);
      expect((await one.signedIn(origin)).active?.token).toBe('token-a');
      expect((await other.signedIn(origin)).active).toBeUndefined();
      expect(log.lines.join('\n')).not.toContain('token-a');
    },
  );

  test('a store that forgets is noticed at once', async () => {
    const secrets = new MemorySecrets();
    const { one } = windowsOn(secrets);
    secrets.forgetting = true;
    expect((await signIn(one, 'mine', 'token-a')).kept).toBe(false);
    expect((await one.signedIn(origin)).active?.token).toBe('token-a');
  });

  test('a store that can’t be read for a moment doesn’t lose the tokens in it', async () => {
    const secrets = new MemorySecrets();
    const { one } = windowsOn(secrets);
    const first = await signIn(one, 'first', 'token-a');
    secrets.failing = 'get';
    await signIn(one, 'second', 'token-b');
    await expect(one.remove(origin, first.account.id)).rejects.toThrow('Secret storage');
    secrets.failing = undefined;
    expect((await one.all(origin)).map(({ label }) => label)).toEqual(['first', 'second']);
  });

  test('signing out says if the token may still be stored', async () => {
    const secrets = new MemorySecrets();
    const { one } = windowsOn(secrets);
    const { account } = await signIn(one, 'mine', 'token-a');
    secrets.failing = 'delete';
    await expect(one.remove(origin, account.id)).rejects.toThrow('may still contain the token');
  });

  test('damaged contents mean that no one is signed in, and aren’t quoted', async () => {
    const secrets = new MemorySecrets();
    const { one, log } = windowsOn(secrets);
    await signIn(one, 'mine', 'token-a');
    for (const [key, value] of secrets.values) secrets.values.set(key, value.slice(0, -5));
    expect((await one.signedIn(origin)).active).toBeUndefined();
    expect(log.lines.join('\n')).toContain("can't be read");
    expect(log.lines.join('\n')).not.toContain('token-a');
    expect((await signIn(one, 'mine', 'token-a')).kept).toBe(true);
  });
});
