import type { Disposable } from '../base/disposable';
import type * as vscode from 'vscode';
import type { InstanceStore } from '../instances/store';
import { errorText } from './messages';
import type { SshSetup } from './sshSetup';

export interface SshFollowerOptions {
  readonly store: InstanceStore;
  readonly ssh: SshSetup;
  readonly log: vscode.LogOutputChannel;
}

/** Keeps our SSH hosts in line with the snapshot: new addresses and ports, and instances that are proved gone. */
export class SshFollower implements Disposable {
  private readonly listeners: readonly Disposable[];
  private last: Promise<void> = Promise.resolve();
  private readonly forgotten = new Set<string>();

  constructor(private readonly options: SshFollowerOptions) {
    const { store } = options;
    this.listeners = [
      store.onDidChange(({ added, changed }) => {
        if (added.length + changed.length > 0) this.enqueue(async (account) => this.follow(account));
      }),
      store.onDidGo((ids) => {
        const fresh = ids.filter((id) => !this.forgotten.has(id));
        for (const id of fresh) this.forgotten.add(id);
        if (fresh.length > 0) this.enqueue(async (account) => this.forget(account, fresh));
      }),
    ];
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  private async follow(account: string): Promise<void> {
    const { store, ssh } = this.options;
    const plan = await ssh.person.plan();
    const instances = store.rows().map((row) => row.instance);
    await ssh.hosts.sync(account, instances, {
      optionsFor: (instance) => ssh.optionsFor(instance),
      // Before the person agreed to the one line, nothing is written beside their file.
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

  /** One after the other, in the order of the snapshots. */
  private enqueue(work: (account: string) => Promise<void>): void {
    const account = this.options.store.status.accountId;
    if (account === undefined) return;
    this.last = this.last
      .then(async () => work(account))
      .catch((error: unknown) => this.options.log.warn(`SSH hosts: ${errorText(error)}`));
  }
}
