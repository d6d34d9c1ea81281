import type { Instance } from '../../api/types';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import { plainText } from '../../base/text';
import type { PersonConfig } from './personConfig';
import type { EntryOptions } from './ownConfig';
import type { SshHosts } from './sshHosts';

type Subscribe<T> = (listener: (event: T) => void) => Disposable;

/** The account's instances, and what happens to them. */
export interface FollowedInstances {
  readonly status: { readonly accountId?: string };
  rows(): readonly { readonly instance: Instance }[];
  readonly onDidChange: Subscribe<{
    readonly added: readonly unknown[];
    readonly changed: readonly unknown[];
  }>;
  /** IDs of instances that are proven deleted. */
  readonly onDidGo: Subscribe<readonly string[]>;
}

/** The SSH files, and what the person chose for each instance. */
export interface FollowingFiles {
  readonly hosts: Pick<SshHosts, 'sync' | 'entries' | 'remove'>;
  readonly person: Pick<PersonConfig, 'plan'>;
  optionsFor(instance: Instance): EntryOptions;
  forgetChoice(id: string): Promise<void>;
}

export interface FollowerOptions {
  readonly store: FollowedInstances;
  readonly ssh: FollowingFiles;
  /** Fires when settings that entries depend on may have changed. */
  readonly onDidChangeSettings: Subscribe<unknown>;
  readonly logger: Logger;
}

/**
 * Keeps our SSH entries in line with the snapshot and the settings: new addresses and ports, and instances that are
 * proven deleted. Failures are logged; the next change tries again.
 */
export class SshFollower implements Disposable {
  private readonly listeners: readonly Disposable[];
  private last: Promise<void> = Promise.resolve();
  private readonly forgotten = new Set<string>();

  constructor(private readonly options: FollowerOptions) {
    const { store, onDidChangeSettings } = options;
    this.listeners = [
      store.onDidChange(({ added, changed }) => {
        if (added.length + changed.length > 0) this.enqueue(async (account) => this.follow(account));
      }),
      store.onDidGo((ids) => {
        const fresh = ids.filter((id) => !this.forgotten.has(id));
        for (const id of fresh) this.forgotten.add(id);
        if (fresh.length > 0) this.enqueue(async (account) => this.forget(account, fresh));
      }),
      onDidChangeSettings(() => this.enqueue(async (account) => this.follow(account))),
    ];
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  /** Resolves once everything that was started is written or logged. */
  async settled(): Promise<void> {
    await this.last;
  }

  private async follow(account: string): Promise<void> {
    const { store, ssh } = this.options;
    // The account may have changed while this waited its turn; its rows would get the wrong owner.
    if (store.status.accountId !== account) return;
    const instances = store.rows().map((row) => row.instance);
    const plan = await ssh.person.plan();
    await ssh.hosts.sync(account, instances, {
      optionsFor: (instance) => ssh.optionsFor(instance),
      // Nothing is written beside the person's file before they agreed to the Include line.
      addMissing: plan.kind === 'none',
    });
  }

  private async forget(account: string, ids: readonly string[]): Promise<void> {
    const { ssh } = this.options;
    const known = new Set((await ssh.hosts.entries()).map((entry) => entry.id));
    for (const id of ids) {
      if (known.has(id)) await ssh.hosts.remove(account, id);
      await ssh.forgetChoice(id);
    }
  }

  /** Runs one after the other, in the order of the snapshots. */
  private enqueue(work: (account: string) => Promise<void>): void {
    const account = this.options.store.status.accountId;
    if (account === undefined) return;
    this.last = this.last
      .then(async () => work(account))
      .catch((error: unknown) => this.options.logger.warn(`SSH entries: ${plainText(String(error))}`));
  }
}
