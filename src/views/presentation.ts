import { plainText } from '../base/text';
import * as vscode from 'vscode';
import type { InstanceState } from '../api/types';
import type { InstanceRow } from '../instances/store';

/** What a person can do with an instance; the words are part of the tree item's context value as `can-<word>`. */
export type InstanceAction =
  'start' | 'stop' | 'restart' | 'delete' | 'connect' | 'modify' | 'startWhenAvailable';

interface Presentation {
  readonly icon: string;
  readonly color?: string;
  readonly label: string;
  readonly actions: readonly InstanceAction[];
}

/** The one table from state to icon, colour, words and allowed actions. */
export function present(state: InstanceState): Presentation {
  switch (state) {
    case 'running':
      return {
        icon: 'vm-running',
        color: 'charts.green',
        label: vscode.l10n.t('Running'),
        actions: ['stop', 'restart', 'connect', 'modify', 'delete'],
      };
    case 'creating':
      return spinning(vscode.l10n.t('Creating'), ['stop', 'connect', 'delete']);
    case 'starting':
      return spinning(vscode.l10n.t('Starting'), ['stop', 'connect', 'delete']);
    case 'stopping':
      return spinning(vscode.l10n.t('Stopping'), ['delete']);
    case 'deleting':
      return spinning(vscode.l10n.t('Deleting'), []);
    case 'stopped':
      return {
        icon: 'vm-outline',
        color: 'charts.yellow',
        label: vscode.l10n.t('Stopped'),
        actions: ['start', 'startWhenAvailable', 'connect', 'modify', 'delete'],
      };
    case 'stoppeddisassociated':
      return {
        icon: 'vm-outline',
        color: 'descriptionForeground',
        label: vscode.l10n.t('Stopped, GPU released'),
        actions: ['start', 'startWhenAvailable', 'connect', 'modify', 'delete'],
      };
    case 'deleted':
      return { icon: 'trash', color: 'disabledForeground', label: vscode.l10n.t('Deleted'), actions: [] };
    case 'error':
      return {
        icon: 'error',
        color: 'charts.red',
        label: vscode.l10n.t('Error'),
        actions: ['start', 'stop', 'delete'],
      };
    case 'unknown':
      return {
        icon: 'question',
        color: 'notificationsWarningIcon.foreground',
        label: vscode.l10n.t('Unknown state'),
        actions: ['start', 'stop', 'restart', 'connect', 'delete'],
      };
  }
}

function spinning(label: string, actions: readonly InstanceAction[]): Presentation {
  return { icon: 'sync~spin', color: 'charts.blue', label, actions };
}

/** Whether the action fits the instance as it is now. */
export function allows(row: InstanceRow, action: InstanceAction): boolean {
  return present(row.state).actions.includes(action);
}

/** The state in words; the service's own word where we do not know it. */
export function stateText(row: InstanceRow): string {
  if (row.state === 'unknown' && row.instance.statusText !== '')
    return plainText(row.instance.statusText, 40);
  return present(row.state).label;
}

export function stateIcon(state: InstanceState): vscode.ThemeIcon {
  const { icon, color } = present(state);
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

/** Space for menus: `instance`, the state, and a `can-…` for each action, separated by blanks. */
export function contextValue(row: InstanceRow): string {
  return ['instance', row.state, ...present(row.state).actions.map((action) => `can-${action}`)].join(' ');
}
