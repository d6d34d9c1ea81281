import * as vscode from 'vscode';
import { deadlineOf, wishName, wishPlaces } from '../automation/capacityWatch';
import { formatRepeat } from '../automation/repeat';
import { formatWhen } from '../base/when';
import { plainText } from '../base/text';
import { kindName } from '../instances/operations/kindName';
import { activityText } from '../views/activity';
import type { ActivityNode, CreatingNode } from '../views/tree/nodes';
import { showInStatusBar } from '../vscode/messages';
import { pick } from '../vscode/prompts';
import type { CostParts } from './costParts';
import type { Services } from './services';
import { isNode, target } from './targets';

/** Cancels an operation, a scheduled stop, or a wait for a GPU; asks which, unless an instance has only one. */
export async function cancelOperation(
  services: Services,
  { schedules, watches }: Pick<CostParts, 'schedules' | 'watches'>,
  args: readonly unknown[],
): Promise<void> {
  const [first] = args;
  if (isNode(first) && (first.kind === 'activity' || first.kind === 'creating')) {
    await cancelActivity(services, { schedules, watches }, first);
    return;
  }
  const given =
    typeof first === 'string' || isNode(first)
      ? (await target(services, args, () => true, '')).row.instance.id
      : undefined;
  const name = (text: string): string => plainText(text, 60);
  const items = [
    ...services.operations
      .pending()
      .filter((record) => given === undefined || record.instanceId === given)
      .map((record) => ({
        label: name(record.name),
        iconPath: new vscode.ThemeIcon('sync'),
        description: kindName(record.kind),
        run: async () => cancelRecord(services, record.id, record.name),
      })),
    ...schedules
      .list()
      .filter((schedule) => given === undefined || schedule.instanceId === given)
      .map((schedule) => ({
        label: name(schedule.name),
        iconPath: new vscode.ThemeIcon('clock'),
        description: vscode.l10n.t(
          'stops {0}',
          schedule.repeat ? formatRepeat(schedule.repeat) : formatWhen(schedule.at, services.clock.now()),
        ),
        run: async () => {
          await schedules.cancel(schedule.id);
          showCanceled(schedule.name);
        },
      })),
    ...(given === undefined ? watches.list() : []).map((watch) => ({
      label: wishName(watch),
      iconPath: new vscode.ThemeIcon('bell'),
      description: vscode.l10n.t(
        'notify me when it’s available, until {0}',
        formatWhen(deadlineOf(watch), services.clock.now()),
      ),
      detail: wishPlaces(watch),
      run: async () => {
        await watches.cancel(watch.id);
        showCanceled(wishName(watch));
      },
    })),
  ];
  if (items.length === 0) throw new Error(vscode.l10n.t('There is nothing to cancel.'));
  const [only] = items;
  const picked =
    given !== undefined && items.length === 1 && only
      ? only
      : await pick(items, { placeHolder: vscode.l10n.t('Select what to cancel') });
  if (!picked) throw new vscode.CancellationError();
  await picked.run();
}

async function cancelActivity(
  services: Services,
  { schedules, watches }: Pick<CostParts, 'schedules' | 'watches'>,
  node: ActivityNode | CreatingNode,
): Promise<void> {
  if (node.kind === 'creating') return cancelRecord(services, node.operationId, node.name);
  const { activity } = node;
  const { subject } = activityText(activity, services.clock.now());
  switch (activity.kind) {
    case 'operation':
      return cancelRecord(services, activity.record.id, activity.record.name);
    case 'schedule':
      await schedules.cancel(activity.schedule.id);
      {
        showCanceled(subject);
        return;
      }
    case 'watch':
      await watches.cancel(activity.watch.id);
      {
        showCanceled(subject);
        return;
      }
    case 'tunnel':
      services.tunnels.close(activity.tunnel.id, activity.tunnel.port);
      {
        showCanceled(subject);
        return;
      }
    case 'limit':
      // It ends with the instance that it names, which is stopped and not canceled.
      return;
  }
}

/** A row may still show what has ended, and nobody takes back what the service was asked for. */
async function cancelRecord({ operations }: Services, id: string, name: string): Promise<void> {
  const record = operations.pending().find((each) => each.id === id);
  if (!record) {
    showInStatusBar(vscode.l10n.t('Already finished: {0}', plainText(name, 60)));
    return;
  }
  await operations.cancel(id);
  const isSent = record.kind === 'startWhenAvailable' ? record.step === 'starting' : record.step !== 'begin';
  if (!isSent) showCanceled(name);
  else {
    showInStatusBar(
      vscode.l10n.t(
        'Canceled: {0}. What TensorDock already accepted still takes effect.',
        plainText(name, 60),
      ),
    );
  }
}

function showCanceled(name: string): void {
  showInStatusBar(vscode.l10n.t('Canceled: {0}', plainText(name, 60)));
}
