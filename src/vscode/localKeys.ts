import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import { agentSocketOf, readEffectiveConfig } from '../ssh/config/effectiveConfig';
import { canSetPassphrase, generateKey } from '../ssh/keys/keyGeneration';
import { identityFileOf, listKeys, type LocalKey } from '../ssh/keys/keys';
import { formatPublicKey } from '../ssh/keys/publicKey';
import { askText } from './prompts';
import type { SshSetup } from './sshSetup';

/** A key of this person. */
export interface PersonKey {
  /** The line of `authorized_keys`. */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly type: string;
  readonly comment: string;
  /** A file with one of its halves; missing if only the agent has it. */
  readonly file?: string;
  readonly inAgent: boolean;
  /** The file for `IdentityFile`. For a key that only the agent has, this writes its public half. */
  readonly identityFile: () => Promise<string>;
}

/** The SSH keys of this computer and its agent, as commands and forms use them. */
export type PersonKeys = Pick<LocalKeys, 'list' | 'generate'>;

/** Reads and creates them. */
export class LocalKeys {
  constructor(
    private readonly ssh: SshSetup,
    private readonly log: Logger,
  ) {}

  /** The key that the settings name, ours, those in `~/.ssh` and those of the agent that `ssh` uses. Writes nothing. */
  async list(): Promise<readonly PersonKey[]> {
    const { sshAdd } = await this.ssh.programs();
    const { home, keys: own, platform } = this.ssh.paths;
    const { keys } = await listKeys({
      files: this.ssh.identityFiles(),
      folders: [own, path.join(home, '.ssh')],
      sshAdd,
      agentSocket: await this.agentSocket(),
      platform,
      logger: this.log,
    });
    return keys.map((key) => personKey(key, own));
  }

  /** Creates an ed25519 key in our SSH folder after asking for a passphrase; `undefined` if that was cancelled. */
  async generate(): Promise<PersonKey | undefined> {
    const passphrase = canSetPassphrase ? await askForPassphrase() : '';
    if (passphrase === undefined) return undefined;
    const { sshKeygen } = await this.ssh.programs();
    const folder = this.ssh.paths.keys;
    const day = new Date().toISOString().slice(0, 10);
    const name = `tensordock-${day}-${randomUUID().slice(0, 4)}`;
    const key = await generateKey({ sshKeygen, folder, name, comment: `tensordock ${day}`, passphrase });
    return personKey(key, folder);
  }

  /** The agent that the person's SSH configuration names, such as 1Password's. */
  private async agentSocket(): Promise<string | undefined> {
    // A name that no one has: only what is set for all hosts counts.
    const effective = await readEffectiveConfig(await this.ssh.target('td-any-instance', true));
    if (!effective.ok) return undefined;
    return agentSocketOf(effective.config, { home: this.ssh.paths.home, environment: process.env });
  }
}

function personKey(key: LocalKey, folder: string): PersonKey {
  return {
    publicKey: formatPublicKey(key),
    fingerprint: key.fingerprint,
    type: key.type,
    comment: key.comment,
    file: key.privateKeyFile ?? key.publicKeyFile,
    inAgent: key.inAgent,
    identityFile: async () => identityFileOf(key, folder),
  };
}

async function askForPassphrase(): Promise<string | undefined> {
  return askText({
    title: vscode.l10n.t('Create SSH Key'),
    prompt: vscode.l10n.t('Enter a passphrase, or leave this empty for a key without one.'),
    password: true,
    stayOpen: true,
  });
}
