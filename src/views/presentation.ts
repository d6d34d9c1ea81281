import * as vscode from 'vscode';
import { formatHourly } from '../api/price';
import type { Instance, InstanceState } from '../api/types';
import { messageText, plainText } from '../base/text';
import { knownRate } from '../cost/billing';
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

/** What a row shows as its state: one of the service, or something that we do about it. */
export type ShownState = InstanceState | 'waiting' | 'restarting' | 'modifying';

/** The one table from state to icon, color, label and available actions. Each state has a shape of its own. */
export function present(state: ShownState): Presentation {
  switch (state) {
    case 'running':
      return {
        icon: 'vm-running',
        color: 'charts.green',
        label: vscode.l10n.t('Running'),
        actions: ['stop', 'restart', 'connect', 'modify', 'delete'],
      };
    case 'creating':
      return changing('loading~spin', vscode.l10n.t('Creating'), ['stop', 'connect', 'delete']);
    case 'starting':
      return changing('sync~spin', vscode.l10n.t('Starting'), ['stop', 'connect', 'delete']);
    case 'stopping':
      return changing('debug-stop', vscode.l10n.t('Stopping'), ['delete']);
    case 'deleting':
      return changing('trash', vscode.l10n.t('Deleting'), []);
    case 'waiting':
      return changing('watch', vscode.l10n.t('Waiting for a GPU'), []);
    case 'restarting':
      return changing('debug-restart', vscode.l10n.t('Restarting'), []);
    case 'modifying':
      return changing('gear~spin', vscode.l10n.t('Modifying'), []);
    case 'stopped':
      return {
        icon: 'vm-outline',
        color: 'charts.yellow',
        label: vscode.l10n.t('Stopped'),
        actions: ['start', 'startWhenAvailable', 'connect', 'modify', 'delete'],
      };
    case 'stoppeddisassociated':
      return {
        icon: 'debug-disconnect',
        color: 'charts.yellow',
        label: vscode.l10n.t('Stopped, GPU released'),
        actions: ['start', 'startWhenAvailable', 'connect', 'modify', 'delete'],
      };
    case 'deleted':
      return {
        icon: 'circle-slash',
        color: 'disabledForeground',
        label: vscode.l10n.t('Deleted'),
        actions: [],
      };
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

function changing(icon: string, label: string, actions: readonly InstanceAction[]): Presentation {
  return { icon, color: 'charts.blue', label, actions };
}

/** The state in words; the service's own word where the state is unknown to us. */
export function stateText(row: InstanceRow): string {
  if (row.state === 'unknown' && row.instance.statusText !== '') {
    return labelText(row.instance.statusText, 40);
  }
  return present(row.state).label;
}

export function stateIcon(state: ShownState): vscode.ThemeIcon {
  const { icon, color } = present(state);
  return themeIcon(icon, color);
}

/** A codicon, in a color of the theme if one is given. */
export function themeIcon(icon: string, color?: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

/** A text from outside as a label: one line, and no `$(…)` that VS Code would show as an icon. */
export function labelText(text: string, limit = 200): string {
  return messageText(plainText(text, limit));
}

/** The name of an instance as a label; its ID if it has none. */
export function nameText({ name, id }: Pick<Instance, 'name' | 'id'>, limit?: number): string {
  return labelText(name, limit) || labelText(id, limit);
}

/** Parts of a description, without those that say nothing. */
export function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}

/** The exact rate of an instance, if it's known. */
export function rateOfRow({ instance }: InstanceRow): string | undefined {
  const rate = knownRate(instance.rateHourly);
  return rate === undefined ? undefined : formatHourly(rate);
}

/** How many instances are running, as a sentence without a period. */
export function runningText(running: number): string {
  return running === 1
    ? vscode.l10n.t('1 instance is running')
    : vscode.l10n.t('{0} instances are running', running);
}
