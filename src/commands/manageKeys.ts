import * as vscode from 'vscode';
import { NotFoundError } from '../api/errors';
import type { Secret } from '../api/types';
import { parsePublicKey } from '../ssh/keys/publicKey';
import { confirm, errorText, showInformation } from '../vscode/messages';
import { askText, pick } from '../vscode/prompts';
import type { Services } from './services';

interface KeyItem extends vscode.QuickPickItem {
  readonly secret?: Secret;
  readonly add?: 'local' | 'typed' | 'new';
}

/** `tensordock.manageKeys`: lists, adds and deletes the SSH keys stored at TensorDock. */
export async function manageKeys(services: Services): Promise<void> {
  // The list comes back after each change, until the person closes it.
  while (await manageOnce(services)) continue;
}

async function manageOnce(services: Services): Promise<boolean> {
  const chosen = await chooseItem(await storedKeys(services));
  if (!chosen) return false;
  if (chosen.secret) return deleteKey(services, chosen.secret);
  const publicKey = await choosePublicKey(services, chosen.add ?? 'typed');
  if (publicKey === undefined) return true;
  const name = await askText({
    title: vscode.l10n.t('Store SSH Key at TensorDock'),
    prompt: vscode.l10n.t('Enter a name for the key.'),
    value: parsePublicKey(publicKey).comment,
    validate: (text) => (text.trim() === '' ? vscode.l10n.t('Enter a name.') : undefined),
  });
  if (name === undefined) return true;
  await services.store.api.createSecret(name.trim(), publicKey, 'SSHKEY');
  showInformation(vscode.l10n.t('“{0}” is now stored at TensorDock.', name.trim()));
  return true;
}

async function storedKeys({ store }: Services): Promise<readonly Secret[]> {
  try {
    const secrets = await store.api.listSecrets();
    return secrets.filter(({ kind }) => (kind ?? 'SSHKEY').toUpperCase() === 'SSHKEY');
  } catch (error) {
    if (error instanceof NotFoundError) {
      throw new Error(
        vscode.l10n.t(
          'This service doesn’t store keys. Use a key of this computer when you create an instance.',
        ),
        { cause: error },
      );
    }
    throw error;
  }
}

/** One item: a stored key, which can be deleted, or a way to add one. */
async function chooseItem(stored: readonly Secret[]): Promise<KeyItem | undefined> {
  const add = new vscode.ThemeIcon('add');
  const items: KeyItem[] = [
    { iconPath: add, label: vscode.l10n.t('Add a key from this computer or its agent'), add: 'local' },
    { iconPath: add, label: vscode.l10n.t('Paste a public key'), add: 'typed' },
    { iconPath: new vscode.ThemeIcon('key'), label: vscode.l10n.t('Create a new key'), add: 'new' },
    { label: vscode.l10n.t('Stored at TensorDock'), kind: vscode.QuickPickItemKind.Separator },
    ...stored.map((secret) => ({
      label: secret.name,
      description: vscode.l10n.t('Delete…'),
      detail: secret.id,
      secret,
    })),
  ];
  return pick(items, {
    title: vscode.l10n.t('Stored SSH Keys'),
    placeHolder:
      stored.length === 0
        ? vscode.l10n.t('No key is stored at TensorDock yet')
        : vscode.l10n.t('Add a key, or select one to delete it'),
    matchAll: true,
  });
}

async function deleteKey({ store }: Services, secret: Secret): Promise<boolean> {
  const sure = await confirm(
    vscode.l10n.t('Delete the key “{0}” from TensorDock?', secret.name),
    vscode.l10n.t('Instances that already have it keep it. New instances can’t use it anymore.'),
    vscode.l10n.t('Delete'),
  );
  if (sure) await store.api.deleteSecret(secret.id);
  return true;
}

async function choosePublicKey(
  { keys }: Services,
  way: 'local' | 'typed' | 'new',
): Promise<string | undefined> {
  if (way === 'new') return (await keys.generate())?.publicKey;
  if (way === 'typed') {
    const text = await askText({
      title: vscode.l10n.t('Paste Public Key'),
      placeHolder: 'ssh-ed25519 AAAA…',
      stayOpen: true,
      validate: problemOfKey,
    });
    return text?.trim();
  }
  const items = (await keys.list()).map((key) => ({
    label: key.comment || key.fingerprint,
    description: key.type,
    detail: key.fingerprint,
    publicKey: key.publicKey,
  }));
  const chosen = await pick(items, {
    title: vscode.l10n.t('Keys on This Computer'),
    placeHolder:
      items.length === 0
        ? vscode.l10n.t('There is no key in ~/.ssh or in an agent')
        : vscode.l10n.t('Select a key. Only its public half is sent.'),
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
