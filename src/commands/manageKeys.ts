import * as vscode from 'vscode';
import { NotFoundError } from '../api/errors';
import type { Secret } from '../api/types';
import { parsePublicKey } from '../ssh/keys/publicKey';
import type { FormPorts } from '../views/forms/ports';
import { confirm, errorText, showInformation } from '../vscode/messages';
import type { CommandHandler } from './services';

interface KeyItem extends vscode.QuickPickItem {
  readonly secret?: Secret;
  readonly add?: 'local' | 'typed' | 'new';
}

/** `tensordock.manageKeys`: lists, adds and deletes the SSH keys stored at TensorDock. */
export function keyCommands(ports: Pick<FormPorts, 'keys' | 'secrets'>): Record<string, CommandHandler> {
  return {
    'tensordock.manageKeys': async () => {
      // The list is shown again after each change, until the person is done with it.
      while (await manageOnce(ports)) continue;
    },
  };
}

async function manageOnce(ports: Pick<FormPorts, 'keys' | 'secrets'>): Promise<boolean> {
  const chosen = await chooseItem(await storedKeys(ports.secrets));
  if (!chosen) return false;
  if (chosen.secret) return deleteKey(ports.secrets, chosen.secret);
  const publicKey = await choosePublicKey(ports, chosen.add ?? 'typed');
  if (publicKey === undefined) return true;
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('Store an SSH key at TensorDock'),
    prompt: vscode.l10n.t('A name for it'),
    value: parsePublicKey(publicKey).comment,
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Give it a name.') : undefined),
  });
  if (name === undefined) return true;
  await ports.secrets.create(name.trim(), publicKey);
  showInformation(vscode.l10n.t('“{0}” is stored at TensorDock.', name.trim()));
  return true;
}

async function storedKeys(secrets: FormPorts['secrets']): Promise<readonly Secret[]> {
  try {
    return (await secrets.list()).filter(({ kind }) => (kind ?? 'SSHKEY').toUpperCase() === 'SSHKEY');
  } catch (error) {
    if (error instanceof NotFoundError) {
      throw new Error(vscode.l10n.t('This service does not store keys.'), { cause: error });
    }
    throw error;
  }
}

/** One item: a stored key (its trash button or Enter deletes it), or a way to add one. */
async function chooseItem(stored: readonly Secret[]): Promise<KeyItem | undefined> {
  const items: KeyItem[] = [
    { label: vscode.l10n.t('$(add) Add a key of this computer or its agent'), add: 'local' },
    { label: vscode.l10n.t('$(add) Paste a public key'), add: 'typed' },
    { label: vscode.l10n.t('$(key) Make a new key'), add: 'new' },
    { label: vscode.l10n.t('Stored at TensorDock'), kind: vscode.QuickPickItemKind.Separator },
    ...stored.map((secret) => ({
      label: secret.name,
      description: vscode.l10n.t('Delete…'),
      detail: secret.id,
      secret,
    })),
  ];
  return vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('SSH keys'),
    placeHolder:
      stored.length === 0
        ? vscode.l10n.t('No key is stored at TensorDock yet')
        : vscode.l10n.t('Add a key, or choose one to delete it'),
    matchOnDescription: true,
  });
}

async function deleteKey(secrets: FormPorts['secrets'], secret: Secret): Promise<boolean> {
  const sure = await confirm(
    vscode.l10n.t('Delete the key “{0}” from TensorDock?', secret.name),
    vscode.l10n.t('Machines that have it keep it. New machines cannot use it any more.'),
    vscode.l10n.t('Delete'),
  );
  if (sure) await secrets.delete(secret.id);
  return true;
}

async function choosePublicKey(
  { keys }: Pick<FormPorts, 'keys'>,
  way: 'local' | 'typed' | 'new',
): Promise<string | undefined> {
  if (way === 'new') return (await keys.generate())?.publicKey;
  if (way === 'typed') {
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Paste a public key'),
      placeHolder: 'ssh-ed25519 AAAA…',
      ignoreFocusOut: true,
      validateInput: problemOfKey,
    });
    return text?.trim();
  }
  const items = (await keys.list()).map((key) => ({
    label: key.comment || key.fingerprint,
    description: key.type,
    detail: key.fingerprint,
    publicKey: key.publicKey,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Keys of this computer and its agent'),
    placeHolder:
      items.length === 0
        ? vscode.l10n.t('No key was found in ~/.ssh, and no agent has one')
        : vscode.l10n.t('Only its public half is sent'),
  });
  return chosen?.publicKey;
}

function problemOfKey(text: string): string | undefined {
  try {
    parsePublicKey(text);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
