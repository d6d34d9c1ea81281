import * as vscode from 'vscode';
import { formatHourly } from '../api/price';
import type { InstanceState } from '../api/types';
import { messageText, plainText } from '../base/text';
import type { RunningRate } from '../cost/billing';
import type { InstanceRow } from '../instances/store';

/** What a person can do with an instance. Menus see it as `can-<action>` in the context value of a row. */
export type InstanceAction =
  'start' | 'stop' | 'restart' | 'delete' | 'connect' | 'modify' | 'startWhenAvailable';

interface Presentation {
  readonly icon: string;
  readonly color?: string;
  readonly label: string;
  readonly actions: readonly InstanceAction[];
}

/** The one table from state to icon, color, label and available actions. */
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

/** Whether the action is available in the state the instance is in. */
export function allows(row: InstanceRow, action: InstanceAction): boolean {
  return present(row.state).actions.includes(action);
}

/** The state in words; the service's own word where the state is unknown to us. */
export function stateText(row: InstanceRow): string {
  if (row.state === 'unknown' && row.instance.statusText !== '') {
    return labelText(row.instance.statusText, 40);
  }
  return present(row.state).label;
}

export function stateIcon(state: InstanceState): vscode.ThemeIcon {
  const { icon, color } = present(state);
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

/** For the `when` clauses of menus: `instance`, the state, and a `can-…` for each action, separated by spaces. */
export function contextValue(row: InstanceRow): string {
  return ['instance', row.state, ...present(row.state).actions.map((action) => `can-${action}`)].join(' ');
}

/** A text from outside as a label: one line, and no `$(…)` that VS Code would show as an icon. */
export function labelText(text: string, limit = 200): string {
  return messageText(plainText(text, limit));
}

/** How many instances are running, as a sentence without a period. */
export function runningText(running: number): string {
  return running === 1
    ? vscode.l10n.t('1 instance is running')
    : vscode.l10n.t('{0} instances are running', running);
}

/** The rate of everything that is running: `$0.49/hr`, with `+` where more is unknown; undefined where all is. */
export function rateText({ running, unknown, dollarsHourly }: RunningRate): string | undefined {
  if (running === unknown) return undefined;
  return unknown > 0 ? `${formatHourly(dollarsHourly)}+` : formatHourly(dollarsHourly);
}
