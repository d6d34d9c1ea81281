import * as v from 'valibot';
import * as vscode from 'vscode';
import { plainText } from '../base/text';
import type { InstanceRow } from '../instances/store';
import { askText, pick } from '../vscode/prompts';
import type { Services } from './services';

/** Folders that were opened on instances, newest first, by instance ID. */
const key = 'ssh.recentFolders';
const schema = v.record(v.string(), v.array(v.string()));
const limit = 5;

/** Remembers a folder that is about to be opened on an instance. */
export async function rememberFolder({ context }: Services, id: string, folder: string): Promise<void> {
  const known = read(context);
  const folders = [folder, ...(known.get(id) ?? []).filter((other) => other !== folder)];
  known.set(id, folders.slice(0, limit));
  await context.globalState.update(key, Object.fromEntries(known));
}

/** Lets the person pick a recent folder of an instance, or type one. @throws CancellationError */
export async function pickFolder(services: Services, { instance }: InstanceRow): Promise<string> {
  const { defaultFolder } = services.settings;
  const folders = new Set([...(read(services.context).get(instance.id) ?? []), defaultFolder]);
  const known = [...folders].filter(Boolean).map((folder) => ({ label: folder, folder }));
  const picked = await pick([...known, { label: vscode.l10n.t('Another folder…'), folder: undefined }], {
    placeHolder: vscode.l10n.t('Select a folder on “{0}”', plainText(instance.name, 60)),
  });
  if (!picked) throw new vscode.CancellationError();
  if (picked.folder !== undefined) return picked.folder;
  const typed = await askText({
    prompt: vscode.l10n.t('The path of a folder on the instance.'),
    value: defaultFolder,
  });
  if (!typed) throw new vscode.CancellationError();
  return typed;
}

function read({ globalState }: vscode.ExtensionContext): Map<string, readonly string[]> {
  const stored: unknown = globalState.get(key);
  return new Map(v.is(schema, stored) ? Object.entries(stored) : []);
}
