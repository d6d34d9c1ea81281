import { isWindowsImage } from '../../api/images';
import { isErrorCode } from '../../base/fileErrors';
import type { Clock } from '../../base/clock';
import type { Logger } from '../../base/logger';
import { copyFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instance } from '../../api/types';
import { allocateAlias } from './alias';
import { EntryFormatter } from './entryFormatter';
import {
  followLinks,
  isVersionOf,
  readConfigFile,
  removeLeftovers,
  replaceFile,
  versionOf,
} from './configFile';
import { sshEndpoint, type Endpoint, type NoEndpointReason } from '../endpoint';
import { SshFileError, writeError } from './fileErrors';
import { makePrivateFolder, withLock } from './fileLock';
import { forgetHostKeys } from '../keys/hostKeys';
import { knownAliases } from './knownAliases';
import {
  formatEntry,
  formatOwnFile,
  isUsableId,
  nowhere,
  OwnFileParser,
  type EntryOptions,
  type HostEntry,
  type OwnFile,
  type StoredEntry,
} from './ownConfig';
import type { SshPaths } from './paths';

export interface SyncOptions {
  /** The person's choices for an instance. */
  readonly optionsFor: (instance: Instance) => EntryOptions;
  /** Whether instances without an entry get one if they can be reached; otherwise only existing entries follow. */
  readonly addMissing: boolean;
}

export type EnsureResult =
  | { readonly alias: string; readonly endpoint: Endpoint; readonly changed: boolean }
  | { readonly none: NoEndpointReason };

/**
 * Our own SSH file: one host for each instance, shared by all windows, editors and accounts. Each change is made under
 * the lock to what the file holds then, and writes nothing if nothing changes. All methods throw `SshFileError` if a
 * file can't be read or written, or a value isn't valid.
 */
export class SshHosts {
  private readonly formatter: EntryFormatter;
  private readonly parser = new OwnFileParser();
  /** What was last read, and of which version of the file. */
  private known: { readonly version: string; readonly file: OwnFile } | undefined;

  constructor(
    readonly paths: SshPaths,
    private readonly tools: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.formatter = new EntryFormatter(paths);
  }

  /** All entries, of every account. */
  async entries(): Promise<readonly HostEntry[]> {
    return (await this.readIfChanged()).entries;
  }

  /** The alias of an instance of this account; it stays the same for the life of the entry. */
  async aliasOf(account: string, id: string): Promise<string | undefined> {
    return (await this.entries()).find((entry) => entry.account === account && entry.id === id)?.alias;
  }

  /**
   * Brings the account's entries in line with its snapshot: addresses, ports, users, keys. An instance that isn't in
   * the list keeps its entry. The entry of a stopped instance without an address refuses to connect until it has one
   * again. A row without details changes nothing. Resolves with whether anything was written.
   */
  async sync(account: string, instances: readonly Instance[], options: SyncOptions): Promise<boolean> {
    const plan = (
      entries: readonly StoredEntry[],
      addMissing: boolean,
      taken?: ReadonlySet<string>,
    ): StoredEntry[] => {
      const result = [...entries];
      const places = placesOf(account, entries);
      const wanted = { ...options, addMissing };
      let names: Set<string> | undefined;
      const takenNames = (): Set<string> => (names ??= new Set(takenBy(entries, taken)));
      for (const instance of instances) {
        const at = places.get(instance.id) ?? result.length;
        const next = this.entryFor(account, instance, wanted, result[at], takenNames);
        if (next === undefined || next === result[at]) continue;
        result[at] = next;
        names?.add(next.alias);
        places.set(instance.id, at);
      }
      return result;
    };
    // Most snapshots change nothing here; then one look without the lock is enough.
    const now = await this.readIfChanged();
    const next = plan(now.entries, options.addMissing);
    if (sameTexts(next, now.entries)) return false;
    // Only new aliases have to differ from the person's own.
    const addMissing = next.length > now.entries.length;
    const taken = addMissing ? await knownAliases(this.paths) : undefined;
    return this.change((entries) =>
      entries === now.entries && !addMissing ? next : plan(entries, addMissing, taken),
    );
  }

  /** Makes sure that `ssh <alias>` reaches an instance, which was read by its id; or resolves with why it can't. */
  async ensureEntry(account: string, instance: Instance, options: EntryOptions): Promise<EnsureResult> {
    const endpoint = sshEndpoint(instance, { complete: true });
    if ('none' in endpoint) return endpoint;
    // Only a new alias has to differ from the person's own.
    const hasAlias = (await this.aliasOf(account, instance.id)) !== undefined;
    const known = hasAlias ? undefined : await knownAliases(this.paths);
    let alias = '';
    const changed = await this.change((entries) => {
      const at = entries.findIndex((entry) => entry.account === account && entry.id === instance.id);
      alias = entries[at]?.alias ?? allocateAlias(instance.name, instance.id, takenBy(entries, known));
      const entry = formatEntry({ id: instance.id, account, alias, ...endpoint, ...options }, this.paths);
      return at >= 0 ? entries.with(at, entry) : [...entries, entry];
    });
    return { alias, endpoint, changed };
  }

  /** Removes the entry and the host keys of a deleted instance. */
  async remove(account: string, id: string): Promise<void> {
    await this.removeWhere((entry) => entry.account === account && entry.id === id);
  }

  /** Removes all entries of an account, and their host keys. */
  async removeAccount(account: string): Promise<void> {
    await this.removeWhere((entry) => entry.account === account);
  }

  /**
   * Removes everything of ours except keys created here, which may be the only way into an instance. Resolves with
   * whether the folder is gone; it stays if it holds anything else. `PersonConfig.remove` removes the person's line.
   */
  async removeAll(): Promise<boolean> {
    const { folder, ownConfig, knownHosts } = this.paths;
    await withLock(folder, this.tools.logger, async () => {
      await removeLeftovers(ownConfig);
      await rm(ownConfig, { force: true });
      await rm(knownHosts, { recursive: true, force: true });
    }).catch((error: unknown) => {
      throw writeError(folder, error);
    });
    return rmdir(folder).then(
      () => true,
      (error: unknown) => {
        if (isErrorCode(error, 'ENOENT')) return true;
        this.tools.logger.info(`Kept ${folder}: it is not empty.`);
        return false;
      },
    );
  }

  private entryFor(
    account: string,
    instance: Instance,
    { optionsFor, addMissing }: SyncOptions,
    entry: StoredEntry | undefined,
    taken: () => ReadonlySet<string>,
  ): StoredEntry | undefined {
    const chosen = optionsFor(instance);
    if (entry && this.formatter.isFor(entry, instance, chosen)) return entry;
    const endpoint = this.whereTo(instance, entry);
    if (endpoint === undefined) return undefined;
    if (entry === undefined && (!addMissing || endpoint.host === nowhere || isWindowsImage(instance.image))) {
      return undefined;
    }
    const alias = entry?.alias ?? allocateAlias(instance.name, instance.id, taken());
    try {
      const wanted = { id: instance.id, account, alias, ...endpoint, ...chosen };
      return this.formatter.format(wanted, instance, entry);
    } catch (error) {
      // One invalid value must not make the other instances unreachable.
      this.tools.logger.warn(`SSH entry of ${JSON.stringify(instance.id)}: ${String(error)}`);
      return undefined;
    }
  }

  private whereTo(instance: Instance, entry: StoredEntry | undefined): Endpoint | undefined {
    if (!isUsableId(instance.id)) return undefined;
    const endpoint = sshEndpoint(instance);
    if (!('none' in endpoint)) return endpoint;
    const gone = ['stopped', 'stoppeddisassociated', 'deleting', 'deleted'].includes(instance.state);
    if (entry === undefined) return undefined;
    const closed = endpoint.none === 'no-forward' || (endpoint.none === 'no-address' && gone);
    return { host: closed ? nowhere : entry.host, port: entry.port };
  }

  private async removeWhere(goes: (entry: HostEntry) => boolean): Promise<void> {
    let forgotten: string[] = [];
    await this.change((entries) => {
      const kept = entries.filter((entry) => !goes(entry));
      const ids = new Set(kept.map(({ id }) => id));
      // Another account may have an entry of the same instance, which keeps its host keys.
      forgotten = entries.filter((entry) => goes(entry) && !ids.has(entry.id)).map(({ id }) => id);
      return kept;
    });
    for (const id of forgotten) await forgetHostKeys(this.paths, id);
  }

  private async readIfChanged(): Promise<OwnFile> {
    return (await this.newest()).file;
  }

  private async newest(): Promise<{ readonly version: string; readonly file: OwnFile }> {
    const version = await versionOf(this.paths.ownConfig);
    if (this.known?.version !== version) this.known = { version, file: await this.read() };
    return this.known;
  }

  private async read(): Promise<OwnFile> {
    try {
      return this.parser.parse((await readConfigFile(this.paths.ownConfig)).text ?? '');
    } catch (error) {
      if (!(error instanceof SshFileError) || error.code !== 'not-text') throw error;
      // A file of ours that can't be read as text is kept aside, and a new one is started.
      return { entries: [], foreign: true };
    }
  }

  private async change(edit: (entries: readonly StoredEntry[]) => readonly StoredEntry[]): Promise<boolean> {
    const { folder, ownConfig, knownHosts, personConfig, platform } = this.paths;
    const { clock, logger } = this.tools;
    const attempt = async (): Promise<boolean> => {
      const { version, file } = await this.newest();
      const entries = edit(file.entries);
      if (sameTexts(entries, file.entries)) return false;
      const bytes = formatOwnFile(entries);
      await Promise.all([
        removeLeftovers(ownConfig),
        // A window killed while it edited the person's file may have been the last that ever had to.
        followLinks(personConfig).then(removeLeftovers, () => undefined),
        makePrivateFolder(knownHosts),
      ]);
      if (file.foreign) await this.saveForeign();
      const check = async (): Promise<void> => {
        if ((await versionOf(ownConfig)) !== version) throw new SshFileError('changed-meanwhile', ownConfig);
      };
      const options = { mode: 0o600, madeAgain: true, check, clock, platform };
      const written = await replaceFile(ownConfig, bytes, options);
      const now = await versionOf(ownConfig);
      // What another program wrote since then is read.
      if (isVersionOf(now, written)) this.known = { version: now, file: { entries, foreign: false } };
      return true;
    };
    return withLock(folder, logger, async () => {
      for (let count = 1; ; count++) {
        try {
          return await attempt();
        } catch (error) {
          // This takes a lost lock, for example by a computer that slept in the middle of a write.
          const meanwhile = error instanceof SshFileError && error.code === 'changed-meanwhile';
          if (!meanwhile || count === 5) throw writeError(ownConfig, error);
        }
      }
    });
  }

  /** Keeps a copy of lines in our file that aren't ours, or that are broken, before they're removed. */
  private async saveForeign(): Promise<void> {
    const { ownConfig, folder } = this.paths;
    const copy = join(
      folder,
      `.config-saved-${new Date(this.tools.clock.now()).toISOString().replace(/[:.]/g, '-')}`,
    );
    await copyFile(ownConfig, copy);
    this.tools.logger.warn(`${ownConfig} held lines that are not ours. They are kept in ${copy}.`);
  }
}

function sameTexts(some: readonly StoredEntry[], others: readonly StoredEntry[]): boolean {
  const isSame = (one: StoredEntry, at: number): boolean =>
    one === others[at] || one.text === others[at]?.text;
  return some.length === others.length && some.every(isSame);
}

/** Where the entries of an account's instances are, by their ids. */
function placesOf(account: string, entries: readonly StoredEntry[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [at, entry] of entries.entries()) if (entry.account === account) places.set(entry.id, at);
  return places;
}

function takenBy(entries: readonly HostEntry[], known: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  return new Set([...known, ...entries.map(({ alias }) => alias)]);
}
