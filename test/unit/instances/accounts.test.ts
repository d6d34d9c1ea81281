import { describe, expect, test } from 'vitest';
import { Accounts } from '../../../src/instances/accounts';
import { MemorySecrets } from './memory';
import { KeptLog } from './windows';

const origin = 'https://dashboard.example';

function windowsOn(secrets: MemorySecrets): { log: KeptLog; one: Accounts; other: Accounts } {
  const log = new KeptLog();
  return { log, one: new Accounts(secrets, log), other: new Accounts(secrets, log) };
}

describe('signing in', () => {
  test('another window notices, and uses the same account', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    let noticed = 0;
    other.onDidChange(() => (noticed += 1));
    const { account, kept } = await one.add(origin, 'mine', 'token-a');
    expect(kept).toBe(true);
    expect(noticed).toBeGreaterThan(0);
    expect(await other.active(origin)).toEqual(account);
  });

  test('a token belongs to its origin alone', async () => {
    const { one } = windowsOn(new MemorySecrets());
    await one.add(origin, 'mine', 'token-a');
    expect(await one.active('https://elsewhere.example')).toBeUndefined();
  });

  test('the account’s id tells nothing of the token, and stays when the token is given again', async () => {
    const { one } = windowsOn(new MemorySecrets());
    const first = await one.add(origin, 'mine', 'token-a');
    const again = await one.add(origin, 'mine', 'token-a');
    expect(again.account.id).toBe(first.account.id);
    expect(first.account.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await one.all(origin)).toHaveLength(1);
  });
});

describe('several organisations', () => {
  test('turning to another one is seen by every window', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    const first = await one.add(origin, 'first', 'token-a');
    await one.add(origin, 'second', 'token-b');
    expect((await other.active(origin))?.label).toBe('second');
    await other.activate(origin, first.account.id);
    expect((await one.active(origin))?.label).toBe('first');
    expect(await one.all(origin)).toHaveLength(2);
  });

  test('signing out of one leaves the other', async () => {
    const { one, other } = windowsOn(new MemorySecrets());
    await one.add(origin, 'first', 'token-a');
    const second = await one.add(origin, 'second', 'token-b');
    await one.remove(origin, second.account.id);
    expect((await other.active(origin))?.label).toBe('first');
  });

  test('signing out of the last leaves nothing in the secret store', async () => {
    const secrets = new MemorySecrets();
    const { one, other } = windowsOn(secrets);
    const { account } = await one.add(origin, 'only', 'token-a');
    await one.remove(origin, account.id);
    expect([...secrets.values]).toEqual([]);
    expect(await other.active(origin)).toBeUndefined();
  });
});

describe('a secret store that fails', () => {
  test.each(['store', 'get', 'all'] as const)(
    '%s: the token is there for this session alone',
    async (failing) => {
      const secrets = new MemorySecrets();
      const { one, other, log } = windowsOn(secrets);
      secrets.failing = failing;
      const { kept } = await one.add(origin, 'mine', 'token-a');
      expect(kept).toBe(false);
      expect((await one.active(origin))?.token).toBe('token-a');
      expect(await other.active(origin)).toBeUndefined();
      expect(log.lines.join('\n')).not.toContain('token-a');
    },
  );

  test('one that forgets is found out at once', async () => {
    const secrets = new MemorySecrets();
    const { one } = windowsOn(secrets);
    secrets.forgetting = true;
    expect((await one.add(origin, 'mine', 'token-a')).kept).toBe(false);
    expect((await one.active(origin))?.token).toBe('token-a');
  });

  test('one that cannot be read for a moment does not lose the tokens it holds', async () => {
    const secrets = new MemorySecrets();
    const { one } = windowsOn(secrets);
    const first = await one.add(origin, 'first', 'token-a');
    secrets.failing = 'get';
    await one.add(origin, 'second', 'token-b');
    await expect(one.remove(origin, first.account.id)).rejects.toThrow('Secret storage');
    secrets.failing = undefined;
    expect((await one.all(origin)).map(({ label }) => label)).toEqual(['first', 'second']);
  });

  test('signing out says so where the token may still be kept', async () => {
    const secrets = new MemorySecrets();
    const { one } = windowsOn(secrets);
    const { account } = await one.add(origin, 'mine', 'token-a');
    secrets.failing = 'delete';
    await expect(one.remove(origin, account.id)).rejects.toThrow('may still contain the token');
  });

  test('damaged contents are nobody signed in, and are not quoted', async () => {
    const secrets = new MemorySecrets();
    const { one, log } = windowsOn(secrets);
    await one.add(origin, 'mine', 'token-a');
    for (const [key, value] of secrets.values) secrets.values.set(key, value.slice(0, -5));
    expect(await one.active(origin)).toBeUndefined();
    expect(log.lines.join('\n')).toContain('cannot be read');
    expect(log.lines.join('\n')).not.toContain('token-a');
    expect((await one.add(origin, 'mine', 'token-a')).kept).toBe(true);
  });
});
