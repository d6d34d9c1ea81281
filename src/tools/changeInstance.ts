import * as vscode from 'vscode';
import * as v from 'valibot';
import { Deferred } from '../base/deferred';
import type { PlainKind } from '../instances/operations/journal';
import type { RunningOperation } from '../instances/operations/operations';
import type { InstanceRow } from '../instances/store';
import { deleteLoss, otherWindowLoss, stopLoss } from '../views/lossText';
import { billedText, nameOf, requireAllowed } from './instances';
import { changing, field, InvalidInputError, type Data, type Tool, type ToolParts } from './tool';

/** How long an agent waits for the service to accept a change, in milliseconds. The change goes on after that. */
const patienceMs = 45_000;

export const startInstance = simpleChange('start', (row) => ({
  message: vscode.l10n.t('Start “{0}”?', nameOf(row)),
  detail: [billedText(row.instance.rateHourly)],
  button: vscode.l10n.t('Start'),
}));

export const stopInstance = simpleChange('stop', (row) => ({
  message: vscode.l10n.t('Stop “{0}”?', nameOf(row)),
  detail: [stopLoss()],
  button: vscode.l10n.t('Stop'),
}));

export const deleteInstance = simpleChange('delete', (row) => ({
  message: vscode.l10n.t('Delete “{0}” permanently?', nameOf(row)),
  detail: [deleteLoss()],
  button: vscode.l10n.t('Delete'),
}));

function simpleChange(
  kind: Extract<PlainKind, 'start' | 'stop' | 'delete'>,
  question: (row: InstanceRow) => { message: string; detail: readonly string[]; button: string },
): Tool {
  return changing(v.strictObject({ instanceId: field.id }), async (parts, { instanceId }) => {
    const row = await requireAllowed(parts, instanceId, kind);
    const warnings = kind === 'start' ? [] : await connectionWarnings(parts, instanceId);
    const asked = question(row);
    return {
      question: { ...asked, detail: [...asked.detail, ...warnings, vscode.l10n.t('ID: {0}', instanceId)] },
      carryOut: async (signal) => afterBegin(parts, await parts.operations.begin(kind, instanceId), signal),
    };
  });
}

/** What a change that stops an instance means for the windows inside it. Throws if this window is one of them. */
export async function connectionWarnings(
  { connected, isOpenElsewhere }: ToolParts,
  instanceId: string,
): Promise<readonly string[]> {
  const here = await connected();
  if (here.kind === 'instance' && here.id === instanceId) {
    throw new InvalidInputError(
      vscode.l10n.t('This window is connected to the instance. Stop it from the TensorDock view.'),
    );
  }
  return [
    ...(here.kind === 'unknown' ? [vscode.l10n.t('This window may be connected to it.')] : []),
    ...(isOpenElsewhere(instanceId) ? [otherWindowLoss()] : []),
  ];
}

/**
 * Waits until the service accepted a change. What takes longer goes on, as the person wanted it; the agent can watch
 * its instance.
 */
export async function afterBegin(
  { clock }: ToolParts,
  operation: RunningOperation,
  signal: AbortSignal,
): Promise<Data> {
  const waited = new Deferred<'underWay'>();
  const stop = (): void => waited.resolve('underWay');
  const timer = clock.after(patienceMs, stop);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const accepted = operation.accepted.then(() => 'accepted' as const);
    const progress = await Promise.race([accepted, waited.promise]);
    return { instanceId: operation.record.instanceId ?? null, progress };
  } finally {
    timer.dispose();
    signal.removeEventListener('abort', stop);
  }
}
