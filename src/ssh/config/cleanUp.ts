import type { Hosts, Person } from './lazySshFiles';

/**
 * Removes everything of ours: first the line in the person's file, which is then byte for byte what it was, then our own
 * files. Resolves with whether our folder is gone; it stays if it holds keys or anything else.
 * @throws SshFileError if the person's file can't be read or written; then our files stay too.
 */
export async function removeSshEntries(person: Person, hosts: Hosts): Promise<boolean> {
  await person.remove();
  return hosts.removeAll();
}
