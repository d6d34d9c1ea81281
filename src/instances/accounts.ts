import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { Emitter } from '../base/emitter';

/** A token and the origin it belongs to. `id` is random, and is what files and logs may name. */
export interface Account {
  readonly id: string;
  readonly origin: string;
  /** What the person calls it; several organisations have one each. */
  readonly label: string;
  readonly token: string;
}

/** SecretStorage as we use it: it may fail or forget (Linux without a keyring). */
export interface SecretStore {
  get(key: string): Promise<string | undefined>;
  store(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** The key that was changed, in this window or another. */
  onDidChange(listener: (key: string) => void): Disposable;
}

const keyringSchema = v.object({
  version: v.literal(1),
  active: v.string(),
  accounts: v.array(v.object({ id: v.string(), label: v.string(), token: v.string() })),
});
type Keyring = v.InferOutput<typeof keyringSchema>;

/** Tokens by origin, in one secret an origin, so that a change is seen whole by every window. */
export class Accounts implements Disposable {
  private readonly changes = new Emitter<void>();
  private readonly listener: Disposable;
  /** Tokens that could not be stored, or come from the environment: for this session only. */
  private readonly sessionOnly = new Map<string, Account>();

  /** The accounts of some origin, or which one is active, have changed. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly secrets: SecretStore,
    private readonly log: Logger,
  ) {
    this.listener = secrets.onDidChange((key) => {
      if (key.startsWith(keyPrefix)) this.changes.fire();
    });
  }

  /** The account in use at the origin; undefined where nobody is signed in. */
  async active(origin: string): Promise<Account | undefined> {
    const temporary = this.sessionOnly.get(origin);
    if (temporary) return temporary;
    const keyring = await this.readable(origin);
    const entry = keyring?.accounts.find((account) => account.id === keyring.active);
    return entry && { ...entry, origin };
  }

  /** All accounts kept for the origin, in the order in which they came. */
  async all(origin: string): Promise<readonly Account[]> {
    const kept = (await this.readable(origin))?.accounts.map((account) => ({ ...account, origin })) ?? [];
    const temporary = this.sessionOnly.get(origin);
    return temporary ? [...kept, temporary] : kept;
  }

  /**
   * Keeps the token and makes its account the active one. A token that is known keeps its account. `kept` is
   * false where the secret store failed and the token lives for this session alone.
   */
  async add(origin: string, label: string, token: string): Promise<{ account: Account; kept: boolean }> {
    const before = await this.tryKeyring(origin);
    const keyring = before?.keyring;
    const known = keyring?.accounts.find((account) => account.token === token);
    const entry = known ?? { id: randomUUID(), label, token };
    const others = keyring?.accounts.filter((account) => account.id !== entry.id) ?? [];
    const account = { ...entry, origin };
    // Where the secret store did not tell what it holds, nothing is written over it.
    const kept =
      before !== undefined &&
      (await this.write(origin, { version: 1, active: entry.id, accounts: [...others, entry] }));
    if (kept) this.sessionOnly.delete(origin);
    else this.sessionOnly.set(origin, account);
    this.changes.fire();
    return { account, kept };
  }

  /** An account that is never written anywhere. */
  addForSession(account: Account): void {
    this.sessionOnly.set(account.origin, account);
    this.changes.fire();
  }

  /** Uses another of the kept accounts, in all windows. */
  async activate(origin: string, id: string): Promise<void> {
    const keyring = await this.readable(origin);
    if (!keyring?.accounts.some((account) => account.id === id)) return;
    this.sessionOnly.delete(origin);
    await this.write(origin, { ...keyring, active: id });
    this.changes.fire();
  }

  /**
   * Forgets one account; the next kept one of the origin, if any, becomes active. Rejects where the secret store
   * fails, as the token may still be in it.
   */
  async remove(origin: string, id: string): Promise<void> {
    if (this.sessionOnly.get(origin)?.id === id) this.sessionOnly.delete(origin);
    const before = await this.tryKeyring(origin);
    const done = before !== undefined && (await this.tryRemove(origin, id, before.keyring));
    this.changes.fire();
    if (!done) {
      throw new Error(
        l10n.t('Secret storage didn’t respond, so it may still contain the token. Try to sign out again.'),
      );
    }
  }

  dispose(): void {
    this.listener.dispose();
    this.changes.dispose();
  }

  /** Undefined where nothing is kept; rejects where the secret store fails. */
  private async keyring(origin: string): Promise<Keyring | undefined> {
    const text = await this.secrets.get(keyOf(origin));
    if (text === undefined) return undefined;
    try {
      return v.parse(keyringSchema, JSON.parse(text));
    } catch {
      // The text may hold a token, so it is not quoted.
      this.log.error('accounts: what the secret store holds cannot be read');
      return undefined;
    }
  }

  /** Undefined where the secret store fails. */
  private async tryKeyring(origin: string): Promise<{ keyring: Keyring | undefined } | undefined> {
    try {
      return { keyring: await this.keyring(origin) };
    } catch (error) {
      this.warn(error);
      return undefined;
    }
  }

  private async readable(origin: string): Promise<Keyring | undefined> {
    return (await this.tryKeyring(origin))?.keyring;
  }

  /** The kind of failure alone: its words may repeat what was to be stored. */
  private warn(error: unknown): void {
    this.log.warn(
      `accounts: the secret store failed (${error instanceof Error ? error.name : typeof error})`,
    );
  }

  private async tryRemove(origin: string, id: string, keyring: Keyring | undefined): Promise<boolean> {
    const accounts = keyring?.accounts.filter((account) => account.id !== id) ?? [];
    const first = accounts[0];
    if (keyring && first) {
      const active = keyring.active === id ? first.id : keyring.active;
      return this.write(origin, { version: 1, active, accounts });
    }
    try {
      await this.secrets.delete(keyOf(origin));
      return true;
    } catch (error) {
      this.warn(error);
      return false;
    }
  }

  private async write(origin: string, keyring: Keyring): Promise<boolean> {
    const text = JSON.stringify(keyring);
    try {
      await this.secrets.store(keyOf(origin), text);
      return (await this.secrets.get(keyOf(origin))) === text;
    } catch (error) {
      this.warn(error);
      return false;
    }
  }
}

const keyPrefix = 'tensordock.accounts:';

function keyOf(origin: string): string {
  return keyPrefix + origin;
}
