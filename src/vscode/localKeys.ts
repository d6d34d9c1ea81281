import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import { canSetPassphrase, generateKey } from '../ssh/keys/keyGeneration';
import { identityFileOf, listKeys, type LocalKey } from '../ssh/keys/keys';
import { formatPublicKey } from '../ssh/keys/publicKey';
import { askText } from './prompts';
import type { SshSetup } from './sshSetup';

/** A key this person has: the public half, and where the private one is, if it is in a file. */
export interface PersonKey {
  /** The line of `authorized_keys`. */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly type: string;
  readonly comment: string;
  readonly identityFile?: string;
  readonly inAgent: boolean;
}

/** The SSH keys of this computer and its agent. */
export class LocalKeys {
  constructor(
    private readonly ssh: SshSetup,
    private readonly log: Logger,
  ) {}

  async list(): Promise<readonly PersonKey[]> {
    const { sshAdd } = await this.ssh.programs();
    const { home, keys: own } = this.ssh.paths;
    const { keys } = await listKeys({ folders: [own, path.join(home, '.ssh')], sshAdd, logger: this.log });
    return Promise.all(keys.map(async (key) => personKey(key, own)));
  }

  /** Makes an ed25519 pair in our own SSH folder after asking for a passphrase; `undefined` where that was cancelled. */
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
}

async function personKey(key: LocalKey, folder: string): Promise<PersonKey> {
  return {
    publicKey: formatPublicKey(key),
    fingerprint: key.fingerprint,
    type: key.type,
    comment: key.comment,
    identityFile: await identityFileOf(key, folder).catch(() => undefined),
    inAgent: key.inAgent,
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
