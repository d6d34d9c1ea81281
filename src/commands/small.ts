import { plainText } from '../base/text';
import * as vscode from 'vscode';
import { sshEndpoint } from '../ssh/endpoint';
import type { InstanceRow } from '../instances/store';
import {
  groupKeys,
  sortKeys,
  type Arrangement,
  type GroupKey,
  type SortKey,
} from '../views/tree/arrangement';
import type { CommandHandler, Services } from './services';
import { target, targets } from './targets';

const anyRow = (): boolean => true;
const hasAddress = (row: InstanceRow): boolean => row.instance.ipAddress !== undefined;

/** Small things people do all day: copy, open, find. */
export function smallCommands(services: Services): Record<string, CommandHandler> {
  return {
    'tensordock.copyIpAddress': async (...args) => {
      const { rows } = await targets(
        services,
        args,
        hasAddress,
        vscode.l10n.t('Whose address is to be copied?'),
      );
      await copy(rows.map((row) => row.instance.ipAddress ?? '').join('\n'));
    },
    'tensordock.copyInstanceId': async (...args) => {
      const { rows } = await targets(services, args, anyRow, vscode.l10n.t('Whose id is to be copied?'));
      await copy(rows.map((row) => row.instance.id).join('\n'));
    },
    'tensordock.copySshCommand': async (...args) => {
      const { row } = await target(
        services,
        args,
        hasAddress,
        vscode.l10n.t('Whose SSH command is to be copied?'),
      );
      const command = sshCommand(services, row);
      await copy(command);
      return command;
    },
    'tensordock.openDashboard': async (...args) => openDashboard(services, args),
    'tensordock.filterInstances': async () => filter(services),
    'tensordock.sortInstances': async () => sort(services),
    'tensordock.groupInstances': async () => group(services),
    'tensordock.showLog': async () => services.log.show(),
    'tensordock.copyDiagnostics': async () => copyDiagnostics(services),
  };
}

/** What a person would type in any terminal, with nothing of ours needed. */
function sshCommand(services: Services, { instance }: InstanceRow): string {
  const endpoint = sshEndpoint(instance, { complete: true });
  if ('none' in endpoint) {
    throw new Error(vscode.l10n.t('“{0}” cannot be reached by SSH now.', plainText(instance.name)));
  }
  const { user, identityFile } = services.ssh.optionsFor(instance);
  const key = identityFile === undefined ? '' : ` -i "${identityFile.replace(/["\\$`]/g, '\\$&')}"`;
  const port = endpoint.port === 22 ? '' : ` -p ${endpoint.port}`;
  return `ssh${key}${port} ${user}@${endpoint.host}`;
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  const shown = text.includes('\n') ? vscode.l10n.t('{0} lines', text.split('\n').length) : text;
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Copied {0}', shown), 3_000);
}

async function openDashboard(services: Services, args: readonly unknown[]): Promise<void> {
  const { origin } = services.settings;
  const first = args[0];
  const row = first === undefined ? undefined : (await target(services, args, anyRow, '')).row;
  const path = row ? `/my-servers/${encodeURIComponent(row.instance.id)}` : '/';
  await vscode.env.openExternal(vscode.Uri.parse(origin + path));
}

async function filter(services: Services): Promise<void> {
  const before = services.arrangement.get();
  const input = vscode.window.createInputBox();
  input.title = vscode.l10n.t('Filter Instances');
  input.placeholder = vscode.l10n.t('Words of name, state, GPU, address, image or id; empty shows all');
  input.value = before.filter;
  const outcome = { accepted: false };
  input.onDidChangeValue(
    (value) => void services.arrangement.set({ ...services.arrangement.get(), filter: value }),
  );
  await new Promise<void>((resolve) => {
    input.onDidAccept(() => {
      outcome.accepted = true;
      input.hide();
    });
    input.onDidHide(() => resolve());
    input.show();
  });
  input.dispose();
  if (!outcome.accepted)
    await services.arrangement.set({ ...services.arrangement.get(), filter: before.filter });
}

async function sort(services: Services): Promise<void> {
  const labels: Record<SortKey, string> = {
    listed: vscode.l10n.t('As TensorDock lists them'),
    name: vscode.l10n.t('Name'),
    state: vscode.l10n.t('State'),
    gpu: vscode.l10n.t('GPU'),
    rate: vscode.l10n.t('Rate, the dearest first'),
  };
  const picked = await pickOne(sortKeys, labels, services.arrangement.get().sort, vscode.l10n.t('Sort by'));
  await services.arrangement.set({ ...services.arrangement.get(), sort: picked });
}

async function group(services: Services): Promise<void> {
  const labels: Record<GroupKey, string> = {
    none: vscode.l10n.t('No groups'),
    state: vscode.l10n.t('State'),
    gpu: vscode.l10n.t('GPU'),
    location: vscode.l10n.t('Location'),
  };
  const picked = await pickOne(
    groupKeys,
    labels,
    services.arrangement.get().group,
    vscode.l10n.t('Group by'),
  );
  await services.arrangement.set({ ...services.arrangement.get(), group: picked });
}

async function pickOne<T extends Arrangement['sort'] | Arrangement['group']>(
  keys: readonly T[],
  labels: Readonly<Record<T, string>>,
  current: T,
  placeHolder: string,
): Promise<T> {
  const items = keys.map((key) => ({
    key,
    label: labels[key],
    description: key === current ? vscode.l10n.t('now') : undefined,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  if (!picked) throw new vscode.CancellationError();
  return picked.key;
}

/** What a bug report needs, and nothing that names a person, a machine or a token. */
async function copyDiagnostics(services: Services): Promise<string> {
  const { status } = services.store;
  const states = new Map<string, number>();
  for (const { state } of services.store.rows()) states.set(state, (states.get(state) ?? 0) + 1);
  const programs = await services.ssh.programs();
  const lines = [
    `TensorDock extension ${services.context.extension.id} ${versionOf(services)}`,
    `VS Code ${vscode.version} (${vscode.env.appName}, ${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'}, remote: ${vscode.env.remoteName ?? 'none'})`,
    `Platform: ${process.platform} ${process.arch}, Node ${process.version}`,
    `Service: ${new URL(services.settings.origin).host}`,
    `Signed in: ${status.accountId === undefined ? 'no' : 'yes'}`,
    `Instances: ${services.store.rows().length} (${[...states].map(([state, count]) => `${state} ${count}`).join(', ')})`,
    `List asked for: ${status.listedAt === 0 ? 'never' : new Date(status.listedAt).toISOString()}`,
    `Failure: ${status.failure ? `${status.failure.code}, ${status.failure.count} times since ${new Date(status.failure.since).toISOString()}` : 'none'}`,
    `Operations: ${
      services.operations
        .pending()
        .map((record) => `${record.kind} at ${record.step}`)
        .join(', ') || 'none'
    }`,
    `ssh: ${programs.ssh}`,
    `Log level: ${services.log.logLevel}`,
  ];
  const text = lines.join('\n');
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Diagnostics copied'), 3_000);
  return text;
}

function versionOf(services: Services): string {
  const manifest: unknown = services.context.extension.packageJSON;
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
