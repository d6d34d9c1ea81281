import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { Emitter } from '../base/emitter';
import type { AccountIds } from './accountIds';
import type { SecretStore } from './secretStore';

/** A token, the origin it belongs to, and the account it gives access to. */
export interface Account {
  /** The only part that files and logs may contain; see `AccountIds`. */
  readonly id: string;
  readonly origin: string;
  /** What the person calls it. */
  readonly label: string;
  readonly token: string;
}

/** The accounts signed in at an origin, and what of them a person wants to see. */
export interface SignedInAccounts {
  /** In the order in which they were added. */
  readonly all: readonly Account[];
  /** The one that is shown, or was shown last; `undefined` if nobody is signed in. */
  readonly active: Account | undefined;
  /** All of them are shown. */
  readonly isTogether: boolean;
}

const keyringSchema = v.object({
  version: v.literal(1),
  active: v.string(),
  together: v.optional(v.boolean()),
  accounts: v.array(v.object({ id: v.string(), label: v.string(), token: v.string() })),
});
type Keyring = v.InferOutput<typeof keyringSchema>;

/** The accounts of each origin with their tokens, in one secret per origin, so that every window sees a change whole. */
export class Accounts implements Disposable {
  private readonly changes = new Emitter<void>();
  private readonly listener: Disposable;
  /** Accounts whose tokens couldn't be stored, or come from the environment: for this window only. */
  private readonly temporary = new Map<string, Account>();
  /** What this window shows at an origin, if that isn't stored: the ID of a temporary account, or all. */
  private readonly shownHere = new Map<string, { readonly id?: string; readonly together: boolean }>();

  /** The accounts of some origin, or which one is active, have changed. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly secrets: SecretStore,
    private readonly ids: AccountIds,
    private readonly log: Logger,
  ) {
    this.listener = secrets.onDidChange((key) => {
      if (key.startsWith(keyPrefix)) this.changes.fire();
    });
  }

  /** Who is signed in at the origin, and what is shown. */
  async signedIn(origin: string): Promise<SignedInAccounts> {
    const keyring = await this.readable(origin);
    const all = this.withTemporary(origin, keyring);
    const here = this.shownHere.get(origin);
    const find = (id: string | undefined): Account | undefined => all.find((account) => account.id === id);
    return {
      all,
      active: find(here?.id) ?? find(keyring?.active) ?? all[0],
      isTogether: here?.together ?? keyring?.together ?? false,
    };
  }

  /** All accounts signed in at the origin, in the order in which they were added. */
  async all(origin: string): Promise<readonly Account[]> {
    return this.withTemporary(origin, await this.readable(origin));
  }

  /** The same, or `undefined` if the secret store fails, so that nothing is known. */
  async stored(origin: string): Promise<readonly Account[] | undefined> {
    const read = await this.tryKeyring(origin);
    return read && this.withTemporary(origin, read.keyring);
  }

  /** A keyed hash of an account's token; `undefined` while the secret store fails. */
  async fingerprint({ origin, token }: Account): Promise<string | undefined> {
    return this.ids.fingerprint(origin, token);
  }

  /**
   * The account that a token gives access to, by the instances of a list that the token just returned. Its label is
   * the known one, or `undefined` for an account that isn't signed in.
   */
  async identify(
    origin: string,
    token: string,
    instanceIds: readonly string[],
  ): Promise<{ readonly id: string; readonly label?: string }> {
    const all = await this.all(origin);
    const sameToken = all.find((account) => account.token === token);
    if (sameToken) {
      await this.ids.keep(origin, token, sameToken.id);
      return sameToken;
    }
    const id = await this.ids.idOf(origin, token, instanceIds);
    return { id, label: all.find((account) => account.id === id)?.label };
  }

  /** Remembers which instances an account has, to recognize it by them when it gets a new token. Never rejects. */
  async saw({ origin, id }: Pick<Account, 'origin' | 'id'>, instanceIds: readonly string[]): Promise<void> {
    await this.ids.saw(origin, id, instanceIds);
  }

  /**
   * Signs in: stores the account, replaces its earlier token if it had one, and makes it the active one. `kept` is
   * false if the secret store failed, so that the token is only known in this window.
   */
  async add(account: Account): Promise<{ kept: boolean }> {
    const { origin, ...entry } = account;
    const before = await this.tryKeyring(origin);
    const accounts = before?.keyring?.accounts ?? [];
    const replaced = accounts.some(({ id }) => id === entry.id)
      ? accounts.map((other) => (other.id === entry.id ? entry : other))
      : [...accounts, entry];
    // If the secret store didn't say what it holds, nothing may overwrite it.
    const kept =
      before !== undefined &&
      (await this.write(origin, { ...before.keyring, version: 1, active: entry.id, accounts: replaced }));
    if (kept) {
      this.temporary.delete(keyOfTemporary(account));
      this.shownHere.delete(origin);
    } else this.keepHere(account);
    this.changes.fire();
    return { kept };
  }

  /** An account that is never written anywhere. */
  addForSession(account: Account): void {
    this.keepHere(account);
    this.changes.fire();
  }

  /** Shows one of the accounts, or all of them together (`undefined`): in all windows, where that can be stored. */
  async show(origin: string, id: string | undefined): Promise<void> {
    const keyring = await this.readable(origin);
    const isStored = id === undefined || keyring?.accounts.some((account) => account.id === id) === true;
    const next = keyring && { ...keyring, active: id ?? keyring.active, together: id === undefined };
    if (isStored && next && (await this.write(origin, next))) this.shownHere.delete(origin);
    else this.shownHere.set(origin, { id, together: id === undefined });
    this.changes.fire();
  }

  /** Gives an account another name, in all windows. Rejects if that can't be stored. */
  async rename(origin: string, id: string, label: string): Promise<void> {
    const temporary = this.temporaryAt(origin).find((account) => account.id === id);
    if (temporary) this.temporary.set(keyOfTemporary(temporary), { ...temporary, label });
    else {
      const keyring = await this.readable(origin);
      const accounts = keyring?.accounts.map((other) => (other.id === id ? { ...other, label } : other));
      if (!keyring || !accounts || !(await this.write(origin, { ...keyring, accounts }))) {
        throw new Error(l10n.t('Secret storage didn’t respond, so the name wasn’t saved. Try again.'));
      }
    }
    this.changes.fire();
  }

  /**
   * Signs out of one account; the next stored one of the origin, if any, becomes active. What belongs to the account
   * stays, and is there again when its token or a new one signs in. Rejects if the secret store fails, as the token
   * may still be in it.
   */
  async remove(origin: string, id: string): Promise<void> {
    const token = (await this.all(origin)).find((account) => account.id === id)?.token;
    if (token !== undefined) await this.ids.keep(origin, token, id);
    this.temporary.delete(keyOfTemporary({ origin, id }));
    if (this.shownHere.get(origin)?.id === id) this.shownHere.delete(origin);
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

  /** `undefined` if nothing is stored; rejects if the secret store fails. */
  private async keyring(origin: string): Promise<Keyring | undefined> {
    const text = await this.secrets.get(keyOf(origin));
    if (text === undefined) return undefined;
    try {
      return v.parse(keyringSchema, JSON.parse(text));
    } catch {
      // The text may contain a token, so it isn't quoted.
      this.log.error("accounts: what the secret store holds can't be read");
      return undefined;
    }
  }

  /** `undefined` if the secret store fails. */
  private async tryKeyring(origin: string): Promise<{ keyring: Keyring | undefined } | undefined> {
    try {
      return { keyring: await this.keyring(origin) };
    } catch (error) {
      this.warn(error);
      return undefined;
    }
  }

  private withTemporary(origin: string, keyring: Keyring | undefined): readonly Account[] {
    const kept = keyring?.accounts.map((account) => ({ ...account, origin })) ?? [];
    const temporary = this.temporaryAt(origin);
    // A token of this window alone is newer than the stored one of its account.
    return [...kept.filter(({ id }) => !temporary.some((other) => other.id === id)), ...temporary];
  }

  private temporaryAt(origin: string): readonly Account[] {
    return [...this.temporary.values()].filter((account) => account.origin === origin);
  }

  private keepHere(account: Account): void {
    const { origin, id } = account;
    this.temporary.set(keyOfTemporary(account), account);
    this.shownHere.set(origin, { id, together: this.shownHere.get(origin)?.together ?? false });
  }

  private async readable(origin: string): Promise<Keyring | undefined> {
    return (await this.tryKeyring(origin))?.keyring;
  }

  /** The name of the error only: its message may repeat what was to be stored. */
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
      return this.write(origin, { ...keyring, active, accounts });
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

function keyOfTemporary({ origin, id }: Pick<Account, 'origin' | 'id'>): string {
  return `${origin} ${id}`;
}

const keyPrefix = 'tensordock.accounts:';

function keyOf(origin: string): string {
  return keyPrefix + origin;
}
