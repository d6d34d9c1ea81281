import * as vscode from 'vscode';
import type { Secret } from '../../api/types';
import { plainText } from '../../base/text';
import type { PersonKey, PersonKeys } from '../../vscode/localKeys';
import type { Access, Draft } from '../webview/shared/protocol';

/** The SSH keys that the create form offers: those on this computer and those stored at TensorDock. */
export class KeyChoices {
  access: Access = { local: [], stored: [] };
  private local: readonly PersonKey[] = [];

  constructor(
    private readonly keys: Pick<PersonKeys, 'list'>,
    private readonly listSecrets: () => Promise<readonly Secret[]>,
  ) {}

  /** Reads both lists again. A list that can't be read keeps its last local keys, or has no stored ones. */
  async refresh(): Promise<Access> {
    const [local, secrets] = await Promise.allSettled([this.keys.list(), this.listSecrets()]);
    if (local.status === 'fulfilled') this.local = local.value;
    const stored = secrets.status === 'fulfilled' ? secrets.value : [];
    this.access = {
      local: this.local.map((key) => ({
        fingerprint: key.fingerprint,
        publicKey: key.publicKey,
        label: keyLabel(key),
      })),
      stored: stored
        .filter((secret) => (secret.kind ?? 'SSHKEY').toUpperCase() === 'SSHKEY')
        .map(({ id, name }) => ({ id, name: plainText(name, 100) })),
    };
    return this.access;
  }

  /** The file for `ssh` of the draft's key, which may be written only now. */
  async identityFile(draft: Draft): Promise<string | undefined> {
    if (draft.access !== 'local') return undefined;
    return this.local.find((key) => key.fingerprint === draft.localKey)?.identityFile();
  }
}

function keyLabel(key: PersonKey): string {
  const source = key.file === undefined && key.inAgent ? vscode.l10n.t('SSH agent') : undefined;
  const type = key.type.replace(/^ssh-/, '').replace(/@openssh\.com$/, '');
  return plainText([key.comment || key.fingerprint, type, source].filter((part) => part).join(' · '));
}
