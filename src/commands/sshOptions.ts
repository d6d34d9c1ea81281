import { plainText } from '../base/text';
import * as vscode from 'vscode';
import { checkUser } from '../ssh/config/ownConfig';
import type { LocalKeys, PersonKey } from '../vscode/localKeys';
import { allows } from '../views/presentation';
import { errorText } from '../vscode/messages';
import type { CommandHandler, Services } from './services';
import { target } from './targets';

type KeyChoice = vscode.QuickPickItem & { readonly choose: () => Promise<string | undefined> };

export function sshOptionCommands(services: Services, keys: LocalKeys): Record<string, CommandHandler> {
  return {
    'tensordock.setSshOptions': async (...args) => setSshOptions(services, keys, args),
  };
}

/** Chooses key and user for one instance, and remembers both. */
async function setSshOptions(services: Services, keys: LocalKeys, args: readonly unknown[]): Promise<void> {
  const { row } = await target(
    services,
    args,
    (candidate) => allows(candidate, 'connect'),
    vscode.l10n.t('For which instance?'),
  );
  const { instance } = row;
  const name = plainText(instance.name, 60);
  const now = services.ssh.optionsFor(instance);
  const identityFile = await askForKey(keys, name);
  const user = await vscode.window.showInputBox({
    title: vscode.l10n.t('SSH User and Key of “{0}”', name),
    prompt: vscode.l10n.t('The account on the machine.'),
    value: now.user,
    validateInput: (value) => problemOf(value),
  });
  if (user === undefined) throw new vscode.CancellationError();
  await services.ssh.choose(instance.id, { user: user.trim(), identityFile });
  const { accountId } = services.store.status;
  const known = await services.ssh.hosts.aliasOf(accountId ?? '', instance.id);
  if (accountId !== undefined && known !== undefined) {
    await services.ssh.hosts.ensureEntry(accountId, instance, services.ssh.optionsFor(instance));
  }
}

/** Empty: what `ssh` itself would use. */
async function askForKey(keys: LocalKeys, name: string): Promise<string> {
  const listed = await keys.list();
  const items: KeyChoice[] = [
    {
      label: vscode.l10n.t('The keys that ssh itself would use'),
      choose: async () => '',
    },
    ...listed.filter((key) => key.identityFile !== undefined).map(keyItem),
    { label: vscode.l10n.t('$(folder-opened) Another private key…'), choose: browse },
    {
      label: vscode.l10n.t('$(add) Make a new key…'),
      detail: vscode.l10n.t('For machines created from now on; this one does not know it.'),
      choose: async () => (await keys.generate())?.identityFile,
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('SSH User and Key of “{0}”', name),
    placeHolder: vscode.l10n.t('Which key is shown to it?'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  const identityFile = await picked?.choose();
  if (identityFile === undefined) throw new vscode.CancellationError();
  return identityFile;
}

function keyItem(key: PersonKey): KeyChoice {
  return {
    label: plainText(key.comment === '' ? key.type : key.comment, 60),
    description: key.inAgent ? vscode.l10n.t('{0}, in the agent', key.type) : key.type,
    detail: `${key.fingerprint} · ${key.identityFile ?? ''}`,
    choose: async () => key.identityFile,
  };
}

async function browse(): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('A private key'),
      openLabel: vscode.l10n.t('Use This Key'),
    })) ?? [];
  return file?.fsPath;
}

function problemOf(user: string): string | undefined {
  try {
    checkUser(user.trim());
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
