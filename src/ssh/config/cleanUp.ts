import type { PersonConfig } from './personConfig';
import type { SshHosts } from './sshHosts';

/**
 * Takes out all of ours: first the line in the person's file, which is then byte for byte what it was before us,
 * then our own files. Returns whether our folder is gone; it stays where keys or something else are in it.
 * @throws SshFileError where the person's file cannot be read or written; then our files stay too.
 */
export async function removeSshEntries(person: PersonConfig, hosts: SshHosts): Promise<boolean> {
  await person.remove();
  return hosts.removeAll();
}
