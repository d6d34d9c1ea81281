import * as vscode from 'vscode';
import { plainText } from '../base/text';
import { runningRate } from '../cost/billing';
import { rateText } from '../cost/describe';
import type { InstanceRow } from '../instances/store';
import { rateOfRow } from '../views/presentation';
import { canStopAll } from '../views/situation';
import { changeInstances } from './changeInstances';
import { DeadEnd } from './deadEnd';
import type { Services } from './services';

/** How many names the question lists. */
const mostNames = 20;

/** Stops every running instance, after one question with their names and rates. */
export async function stopAll(services: Services): Promise<void> {
  const rows = services.store
    .rows()
    .filter((row) => canStopAll({ row, operation: services.operations.of(row.instance.id) }));
  const nodes = rows.map(({ instance }) => ({ kind: 'instance', id: instance.id }));
  if (nodes.length === 0) {
    throw new DeadEnd(vscode.l10n.t('No instance is running that can be stopped.'), 'tensordock.refresh');
  }
  await changeInstances(services, [nodes[0], nodes], {
    kind: 'stop',
    placeholder: '',
    question: (_names, asked) => ({
      message: messageOf(asked),
      detail: [
        listOf(asked),
        vscode.l10n.t(
          'Everything running on them ends. They may still be billed while they’re stopped, and their GPUs may not be available when you start them again.',
        ),
      ],
      button: asked.length === 1 ? vscode.l10n.t('Stop') : vscode.l10n.t('Stop All'),
    }),
  });
}

function messageOf(rows: readonly InstanceRow[]): string {
  const rate = rateText(runningRate(rows));
  if (rows.length === 1) {
    return rate === undefined
      ? vscode.l10n.t('Stop the 1 running instance?')
      : vscode.l10n.t('Stop the 1 running instance ({0})?', rate);
  }
  return rate === undefined
    ? vscode.l10n.t('Stop all {0} running instances?', rows.length)
    : vscode.l10n.t('Stop all {0} running instances ({1})?', rows.length, rate);
}

function listOf(rows: readonly InstanceRow[]): string {
  const lines = rows
    .slice(0, mostNames)
    .map((row) => `${plainText(row.instance.name, 60)} (${rateOfRow(row) ?? vscode.l10n.t('rate unknown')})`);
  const more = rows.length - lines.length;
  return [...lines, ...(more > 0 ? [vscode.l10n.t('and {0} more', more)] : [])].join('\n');
}
