import type { Instance } from '../../api/types';
import { formatEntry, type EntryOptions, type HostEntry, type StoredEntry } from './ownConfig';
import type { SshPaths } from './paths';

/** What an entry is made from. */
interface Source {
  readonly instance: Instance;
  /** What the entry says, in the words in which it was wanted. */
  readonly wanted: HostEntry;
}

/** Formats entries as `formatEntry` does, and at no cost where an entry already says what it should. */
export class EntryFormatter {
  private readonly sources = new WeakMap<StoredEntry, Source>();

  constructor(private readonly paths: SshPaths) {}

  /** Whether an entry was made, or found right, for just this. */
  isFor(entry: StoredEntry, instance: Instance, options: EntryOptions): boolean {
    const source = this.sources.get(entry);
    return source?.instance === instance && hasSameOptions(source.wanted, options);
  }

  /** `existing` if nothing is to be changed about it, else a new entry in its place. */
  format(wanted: HostEntry, instance: Instance, existing?: StoredEntry): StoredEntry {
    const known = existing && this.sources.get(existing)?.wanted;
    const formatted = known && isSameEntry(known, wanted) ? existing : formatEntry(wanted, this.paths);
    const entry = existing?.text === formatted.text ? existing : formatted;
    this.sources.set(entry, { instance, wanted });
    return entry;
  }
}

function isSameEntry(one: HostEntry, other: HostEntry): boolean {
  return (
    one.id === other.id &&
    one.account === other.account &&
    one.alias === other.alias &&
    one.host === other.host &&
    one.port === other.port &&
    hasSameOptions(one, other)
  );
}

function hasSameOptions(one: EntryOptions, other: EntryOptions): boolean {
  return (
    one.user === other.user &&
    one.identityFile === other.identityFile &&
    one.forwardAgent === other.forwardAgent
  );
}
