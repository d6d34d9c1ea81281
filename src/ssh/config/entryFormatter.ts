import { formatEntry, type HostEntry, type StoredEntry } from './ownConfig';
import type { SshPaths } from './paths';

/** Formats entries as `formatEntry` does, and at no cost where an entry already says what it should. */
export class EntryFormatter {
  /** What each entry says, in the words in which it was wanted. */
  private readonly said = new WeakMap<StoredEntry, HostEntry>();

  constructor(private readonly paths: SshPaths) {}

  /** `existing` if nothing is to be changed about it, else a new entry in its place. */
  format(wanted: HostEntry, existing?: StoredEntry): StoredEntry {
    const said = existing && this.said.get(existing);
    if (existing && said && isSameEntry(said, wanted)) return existing;
    const formatted = formatEntry(wanted, this.paths);
    const entry = existing?.text === formatted.text ? existing : formatted;
    this.said.set(entry, wanted);
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
    one.user === other.user &&
    one.identityFile === other.identityFile &&
    one.forwardAgent === other.forwardAgent
  );
}
