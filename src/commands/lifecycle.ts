import { plainText } from '../base/text';
import * as vscode from 'vscode';
import { NoCapacityError } from '../api/errors';
import type { OperationKind } from '../instances/operations/journal';
import type { InstanceRow } from '../instances/store';
import { allows, type InstanceAction } from '../views/presentation';
import { unsavedFiles } from '../vscode/connectedWindow';
import { askModally, confirm, errorText, isCancelled, showError } from '../vscode/messages';
import type { CommandHandler, Services } from './services';
import { targets, type Target } from './targets';

type Kind = Exclude<OperationKind, 'create' | 'modify'>;

export function lifecycleCommands(services: Services): Record<string, CommandHandler> {
  const command =
    (action: InstanceAction & Kind, placeholder: string): CommandHandler =>
    async (...args) => {
      const target = await targets(services, args, (row) => allows(row, action), placeholder);
      if (!(await agreed(services, action, target))) throw new vscode.CancellationError();
      await begin(services, action, target);
    };
  return {
    'tensordock.refresh': async () => {
      await services.store.refresh();
      const { failure } = services.store.status;
      if (failure) throw new Error(failure.message);
    },
    'tensordock.startInstance': command('start', vscode.l10n.t('Which instance is to be started?')),
    'tensordock.stopInstance': command('stop', vscode.l10n.t('Which instance is to be stopped?')),
    'tensordock.restartInstance': command('restart', vscode.l10n.t('Which instance is to be restarted?')),
    'tensordock.deleteInstance': command(
      'delete',
      vscode.l10n.t('Which instance is to be deleted for ever?'),
    ),
    'tensordock.startWhenAvailable': command(
      'startWhenAvailable',
      vscode.l10n.t('Which instance is to be started as soon as a GPU is free?'),
    ),
  };
}

/** Asks before what costs or destroys. Delete asks whoever called. */
async function agreed(services: Services, action: Kind, target: Target): Promise<boolean> {
  if (target.silent && action !== 'delete') return true;
  const names = namesOf(target.rows);
  const warning = [
    ...(await connectionWarning(services, target.rows)),
    ...(target.rows.some((row) => services.isOpenElsewhere(row.instance.id))
      ? [vscode.l10n.t('Another window is connected to it, and loses its connection.')]
      : []),
  ];
  switch (action) {
    case 'start':
    case 'startWhenAvailable':
      return true;
    case 'stop':
      return confirm(
        vscode.l10n.t('Stop {0}?', names),
        [
          vscode.l10n.t(
            'What runs on it ends. It may still be billed while it is stopped, and its GPU may be gone when you start it again.',
          ),
          ...warning,
        ].join('\n\n'),
        vscode.l10n.t('Stop'),
      );
    case 'restart':
      return confirm(
        vscode.l10n.t('Restart {0}?', names),
        [
          vscode.l10n.t(
            'TensorDock has no restart: it is stopped and started again, and somebody else may take its GPU in between. Address and ports may change.',
          ),
          ...warning,
        ].join('\n\n'),
        vscode.l10n.t('Restart'),
      );
    case 'delete':
      return confirm(
        vscode.l10n.t('Delete {0} for ever?', names),
        [
          vscode.l10n.t(
            'This ends the machine and its disk: everything stored on it is lost, and cannot be brought back. Billing for it ends.',
          ),
          ...target.rows.map((row) => plainText(row.instance.name) + ` (${plainText(row.instance.id)})`),
          ...warning,
        ].join('\n\n'),
        vscode.l10n.t('Delete'),
      );
  }
}

async function connectionWarning(
  services: Services,
  rows: readonly InstanceRow[],
): Promise<readonly string[]> {
  const connected = await services.connected();
  if (connected.kind === 'no') return [];
  if (connected.kind === 'instance' && !rows.some((row) => row.instance.id === connected.id)) return [];
  const dirty = unsavedFiles().length;
  return [
    connected.kind === 'instance'
      ? vscode.l10n.t('This window is connected to it; the connection is closed first.')
      : vscode.l10n.t('This window may be connected to it; the connection is closed first.'),
    ...(dirty === 1 ? [vscode.l10n.t('A file in this window has changes that are not saved.')] : []),
    ...(dirty > 1 ? [vscode.l10n.t('{0} files in this window have changes that are not saved.', dirty)] : []),
  ];
}

async function begin(services: Services, action: Kind, target: Target): Promise<void> {
  const ends = action === 'stop' || action === 'restart' || action === 'delete';
  const leaving = ends && (await connectionWarning(services, target.rows)).length > 0;
  if (leaving && !(await saved())) throw new vscode.CancellationError();
  const failures: Error[] = [];
  for (const row of target.rows) {
    try {
      if (leaving) await services.operations.leaveNote(action, row.instance.id);
      else await (await services.operations.begin(action, row.instance.id)).accepted;
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)));
      if (!target.byId) showFailure(services, action, row, error);
    }
  }
  // The window goes with its connection; the note is taken up by the next one, or by another.
  if (leaving) await vscode.commands.executeCommand('workbench.action.remote.close');
  const [first] = failures;
  if (first) throw target.byId ? first : new vscode.CancellationError();
}

/** Offers to save what is not saved; false where the person wants to stay. */
async function saved(): Promise<boolean> {
  if (unsavedFiles().length === 0) return true;
  const save = vscode.l10n.t('Save All');
  const drop = vscode.l10n.t('Go On Without Saving');
  const answer = await askModally(
    unsavedFiles().length === 1
      ? vscode.l10n.t('A file is not saved.')
      : vscode.l10n.t('{0} files are not saved.', unsavedFiles().length),
    unsavedFiles()
      .map((document) => document.fileName)
      .join('\n'),
    save,
    drop,
  );
  if (answer === save) return vscode.workspace.saveAll(true);
  return answer === drop;
}

/** Says what failed, with what can be done about it. */
export function showFailure(
  services: Services,
  action: OperationKind,
  row: InstanceRow,
  error: unknown,
): void {
  if (isCancelled(error)) return;
  const text = `${plainText(row.instance.name)}: ${errorText(error)}`;
  if ((action === 'start' || action === 'restart') && error instanceof NoCapacityError) {
    showError(services.log, text, {
      title: vscode.l10n.t('Start When Available'),
      run: async () => vscode.commands.executeCommand('tensordock.startWhenAvailable', row.instance.id),
    });
  } else {
    showError(services.log, text);
  }
}

function namesOf(rows: readonly InstanceRow[]): string {
  const names = rows.map((row) => `“${plainText(row.instance.name, 60)}”`);
  return names.length <= 3 ? names.join(', ') : vscode.l10n.t('{0} instances', names.length);
}
