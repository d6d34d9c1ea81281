import * as vscode from 'vscode';
import { plainText } from '../base/text';
import { checkUser } from '../ssh/config/ownConfig';
import type { PersonKey, PersonKeys } from '../vscode/localKeys';
import { errorText } from '../vscode/messages';
import { askText, chooseFile, pick } from '../vscode/prompts';
import type { Services } from './services';
import { allowing, target } from './targets';

type KeyChoice = vscode.QuickPickItem & { readonly choose: () => Promise<string | undefined> };

/** Sets the key and the user for one instance, and remembers both. */
export async function setSshOptions(services: Services, args: readonly unknown[]): Promise<void> {
  const { row } = await target(
    services,
    args,
    allowing(services, 'connect'),
    vscode.l10n.t('Select an instance to set its SSH user and key'),
  );
  const { instance } = row;
  const name = plainText(instance.name, 60);
  const now = services.ssh.optionsFor(instance);
  const identityFile = await askForKey(services.keys, name);
  const user = await askText({
    title: vscode.l10n.t('SSH User and Key for “{0}”', name),
    prompt: vscode.l10n.t('Enter the user name on the instance.'),
    value: now.user,
    validate: problemOf,
  });
  if (user === undefined) throw new vscode.CancellationError();
  await services.ssh.choose(instance.id, { user: user.trim(), identityFile });
  const { accountId } = services.store.status;
  if (accountId === undefined) return;
  if ((await services.ssh.hosts.aliasOf(accountId, instance.id)) !== undefined) {
    await services.ssh.hosts.ensureEntry(accountId, instance, services.ssh.optionsFor(instance));
  }
}

/** Empty: what `ssh` uses on its own. */
async function askForKey(keys: PersonKeys, name: string): Promise<string> {
  const listed = await keys.list();
  const items: KeyChoice[] = [
    { label: vscode.l10n.t('The default keys of ssh'), choose: async () => '' },
    ...listed.map(keyItem),
    {
      label: vscode.l10n.t('Another private key…'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      choose: browse,
    },
    {
      label: vscode.l10n.t('Create a new key…'),
      iconPath: new vscode.ThemeIcon('add'),
      detail: vscode.l10n.t('For instances you create from now on. This one doesn’t know it.'),
      choose: async () => (await keys.generate())?.identityFile(),
    },
  ];
  const picked = await pick(items, {
    title: vscode.l10n.t('SSH User and Key for “{0}”', name),
    placeHolder: vscode.l10n.t('Select the key to use'),
    matchAll: true,
  });
  const identityFile = await picked?.choose();
  if (identityFile === undefined) throw new vscode.CancellationError();
  return identityFile;
}

function keyItem(key: PersonKey): KeyChoice {
  return {
    label: plainText(key.comment === '' ? key.type : key.comment, 60),
    description: key.inAgent ? vscode.l10n.t('{0}, in the agent', key.type) : key.type,
    detail: [key.fingerprint, key.file].filter((part) => part !== undefined).join(' · '),
    choose: key.identityFile,
  };
}

async function browse(): Promise<string | undefined> {
  return (await chooseFile(vscode.l10n.t('Select a Private Key'), vscode.l10n.t('Use Key')))?.fsPath;
}

function problemOf(user: string): string | undefined {
  try {
    checkUser(user.trim());
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
