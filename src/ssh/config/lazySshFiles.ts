import type { Clock } from '../../base/clock';
import type { Logger } from '../../base/logger';
import type { SshPaths } from './paths';
import type { PersonConfig, SshHosts } from './sshFiles';

/** See `SshHosts`. */
export type Hosts = Pick<
  SshHosts,
  'entries' | 'aliasOf' | 'sync' | 'ensureEntry' | 'remove' | 'removeAccount' | 'removeAll'
>;
/** See `PersonConfig`. */
export type Person = Pick<PersonConfig, 'plan' | 'apply' | 'remove'>;

/** Our own SSH file and the person's, whose code is loaded with the first call. */
export class LazySshFiles {
  private files: Promise<{ readonly hosts: SshHosts; readonly person: PersonConfig }> | undefined;

  constructor(
    private readonly paths: SshPaths,
    private readonly tools: { readonly clock: Clock; readonly logger: Logger },
  ) {}

  readonly hosts: Hosts = {
    entries: async () => (await this.load()).hosts.entries(),
    aliasOf: async (...args) => (await this.load()).hosts.aliasOf(...args),
    sync: async (...args) => (await this.load()).hosts.sync(...args),
    ensureEntry: async (...args) => (await this.load()).hosts.ensureEntry(...args),
    remove: async (...args) => (await this.load()).hosts.remove(...args),
    removeAccount: async (...args) => (await this.load()).hosts.removeAccount(...args),
    removeAll: async () => (await this.load()).hosts.removeAll(),
  };

  readonly person: Person = {
    plan: async () => (await this.load()).person.plan(),
    apply: async (...args) => (await this.load()).person.apply(...args),
    remove: async () => (await this.load()).person.remove(),
  };

  private load(): NonNullable<LazySshFiles['files']> {
    this.files ??= import('./sshFiles').then(({ PersonConfig, SshHosts }) => ({
      hosts: new SshHosts(this.paths, this.tools),
      person: new PersonConfig(this.paths, this.tools),
    }));
    return this.files;
  }
}
