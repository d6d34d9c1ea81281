import { createHmac, randomBytes } from 'node:crypto';
import path from 'node:path';
import * as v from 'valibot';
import { acquireLock, inTurn, isUnwritable, type Lock, makePrivateFolder } from '../base/lock';
import type { Logger } from '../base/logger';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';
import type { SecretStore } from './secretStore';

const knownSchema = v.object({
  id: v.string(),
  origin: v.string(),
  /** Of its newest list that had any. */
  instanceIds: v.array(v.string()),
  /** Keyed hashes of the tokens it had, the newest last. */
  tokens: v.array(v.string()),
});
const fileSchema = v.object({ version: v.literal(1), accounts: v.array(knownSchema) });
type Known = v.InferOutput<typeof knownSchema>;
interface Data {
  readonly version: 1;
  readonly accounts: readonly Known[];
}

const keyName = 'tensordock.accountKey';
const mostAccounts = 100;
const mostTokens = 50;
const mostInstances = 1_000;

export interface AccountIdsOptions {
  readonly secrets: SecretStore;
  /** A folder that all windows share. */
  readonly folder: string;
  readonly log: Logger;
  readonly events?: SharedFileEvents;
}

/**
 * Which account a token belongs to. The ID is a keyed hash (HMAC-SHA-256) of the origin and the first token, so the same
 * token always means the same account, with its operations, schedules, and costs. A token that was never seen belongs to
 * a known account of its origin if its list shares an instance with it: the token was replaced. The key is in secret
 * storage, and no file tells anything about a token.
 */
export class AccountIds {
  private readonly file: SharedFile<Data>;
  /** Used while the secret store fails; what it hashes is written nowhere. */
  private readonly temporaryKey = newKey();

  constructor(private readonly options: AccountIdsOptions) {
    const file = path.join(options.folder, 'accounts.json');
    this.file = new SharedFile<Data>(
      file,
      fileSchema,
      { version: 1, accounts: [] },
      options.log,
      options.events,
    );
  }

  /** The ID for a token, and remembers it. `instanceIds`: the instances of a good list that the token just returned. */
  async idOf(origin: string, token: string, instanceIds: readonly string[]): Promise<string> {
    const { hash, kept } = await this.hash(origin, token);
    let id = hash.slice(0, 32);
    await this.change(({ accounts }) => {
      const here = accounts.filter((account) => account.origin === origin);
      const known = here.findLast(({ tokens }) => tokens.includes(hash)) ?? mostShared(here, instanceIds);
      id = known?.id ?? hash.slice(0, 32);
      return withAccount(accounts, { id, origin, instanceIds, token: kept ? hash : undefined });
    });
    return id;
  }

  /** Remembers which account a token belongs to, for when it comes back. */
  async keep(origin: string, token: string, id: string): Promise<void> {
    const { hash, kept } = await this.hash(origin, token);
    if (!kept) return;
    await this.change(({ accounts }) => withAccount(accounts, { id, origin, instanceIds: [], token: hash }));
  }

  /** Remembers which instances an account has. An empty list leaves the ones before. */
  async saw(origin: string, id: string, instanceIds: readonly string[]): Promise<void> {
    if (instanceIds.length === 0) return;
    await this.change(({ accounts }) => withAccount(accounts, { id, origin, instanceIds }));
  }

  /** A keyed hash that tells this token from any other; `undefined` while the secret store fails. */
  async fingerprint(origin: string, token: string): Promise<string | undefined> {
    const { hash, kept } = await this.hash(origin, token);
    return kept ? hash : undefined;
  }

  private async change(step: (data: Data) => readonly Known[]): Promise<void> {
    try {
      await this.file.update((data) => {
        const accounts = step(data);
        return accounts === data.accounts ? data : { version: 1, accounts };
      });
    } catch (error) {
      this.options.log.warn(`accounts: ${String(error)}`);
    }
  }

  private async hash(origin: string, token: string): Promise<{ hash: string; kept: boolean }> {
    const key = await this.storedKey();
    const hmac = createHmac('sha256', Buffer.from(key ?? this.temporaryKey, 'hex'));
    return { hash: hmac.update(`${origin}\n${token}`).digest('hex'), kept: key !== undefined };
  }

  /** `undefined` if the secret store fails. */
  private async storedKey(): Promise<string | undefined> {
    try {
      return (await this.readKey()) ?? (await inTurn(keyName, () => this.createKey()));
    } catch (error) {
      // The name of the error only: its message may repeat what was to be stored.
      const kind = error instanceof Error ? error.name : typeof error;
      this.options.log.warn(`accounts: the account key isn't available (${kind})`);
      return undefined;
    }
  }

  /** Secret storage has no "create if missing", so windows take turns and read again. */
  private async createKey(): Promise<string | undefined> {
    const lock = await this.lockKey();
    try {
      const created = await this.readKey();
      if (created !== undefined) return created;
      await this.options.secrets.store(keyName, newKey());
      return await this.readKey();
    } finally {
      await lock?.release();
    }
  }

  private async lockKey(): Promise<Lock | undefined> {
    const { folder, log } = this.options;
    try {
      await makePrivateFolder(folder);
      return await acquireLock(path.join(folder, 'account-key'), { log, retries: 400 });
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      return undefined;
    }
  }

  private async readKey(): Promise<string | undefined> {
    const key = await this.options.secrets.get(keyName);
    return key !== undefined && /^[0-9a-f]{64}$/.test(key) ? key : undefined;
  }
}

function newKey(): string {
  return randomBytes(32).toString('hex');
}

/** The account that shares the most instances; the one that was seen last if there are several. */
function mostShared(accounts: readonly Known[], instanceIds: readonly string[]): Known | undefined {
  const listed = new Set(instanceIds);
  const shared = ({ instanceIds: known }: Known): number => known.filter((id) => listed.has(id)).length;
  const most = Math.max(0, ...accounts.map(shared));
  return most === 0 ? undefined : accounts.findLast((account) => shared(account) === most);
}

interface Sighting {
  readonly id: string;
  readonly origin: string;
  readonly instanceIds: readonly string[];
  readonly token?: string;
}

/** The account comes last, so that the ones not seen for longest are dropped first; the same array if nothing is new. */
function withAccount(
  accounts: readonly Known[],
  { id, origin, instanceIds, token }: Sighting,
): readonly Known[] {
  const before = accounts.find((account) => account.id === id && account.origin === origin);
  const ids =
    instanceIds.length > 0 ? [...instanceIds].sort().slice(0, mostInstances) : (before?.instanceIds ?? []);
  const tokens =
    token === undefined
      ? (before?.tokens ?? [])
      : [...(before?.tokens ?? []).filter((other) => other !== token), token].slice(-mostTokens);
  const isSame = before?.instanceIds.join('\n') === ids.join('\n') && before.tokens.join() === tokens.join();
  if (isSame) return accounts;
  return [
    ...accounts.filter((account) => account !== before),
    { id, origin, instanceIds: ids, tokens },
  ].slice(-mostAccounts);
}
