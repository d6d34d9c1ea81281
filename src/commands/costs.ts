import { plainText } from '../base/text';
import * as vscode from 'vscode';
import type { CapacityWatches } from '../automation/capacityWatch';
import type { Ledger } from '../cost/ledger';
import { costReport, toMarkdown } from '../cost/report';
import type { Schedules } from '../automation/schedules';
import { formatWhen, formatWhenInSentence, parseWhen } from '../automation/when';
import { formatHourly } from '../api/price';
import type { OperationKind } from '../instances/operations/journal';
import type { Location } from '../api/types';
import { gpuName } from '../api/gpuName';
import { allows } from '../views/presentation';
import { showInformation } from '../vscode/messages';
import { askText, pick } from '../vscode/prompts';
import { isNode, target, targets } from './targets';
import type { Commands, Services } from './services';

/** The parts that track costs and time. */
export interface CostParts {
  readonly ledger: Ledger;
  readonly schedules: Schedules;
  readonly watches: CapacityWatches;
}

export function costCommands(
  services: Services,
  parts: CostParts,
): Commands<
  | 'tensordock.scheduleStop'
  | 'tensordock.cancelOperation'
  | 'tensordock.watchCapacity'
  | 'tensordock.showCosts'
> {
  return {
    'tensordock.scheduleStop': async (...args) => scheduleStop(services, parts, args),
    'tensordock.cancelOperation': async (...args) => cancel(services, parts, args),
    'tensordock.watchCapacity': async () => watchCapacity(services, parts),
    'tensordock.showCosts': async () => showCosts(),
  };
}

/** The second argument may be the time: what a person would type, or milliseconds since the epoch. */
async function scheduleStop(
  services: Services,
  { schedules }: CostParts,
  args: readonly unknown[],
): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to stop later');
  const { rows } = await targets(services, args, (row) => allows(row, 'stop'), placeholder);
  const [first, given] = args;
  const at =
    typeof first === 'string' && given !== undefined
      ? timeOf(given, services.clock.now())
      : await askForTime(services);
  for (const { instance } of rows) {
    await schedules.set({ instanceId: instance.id, name: instance.name, at });
  }
  const when = formatWhenInSentence(at, services.clock.now());
  showInformation(
    vscode.l10n.t(
      '{0} will stop {1} if VS Code is open then. It may still be billed while it’s stopped.',
      rows.map(({ instance }) => `“${plainText(instance.name, 60)}”`).join(', '),
      when,
    ),
  );
}

async function askForTime(services: Services): Promise<number> {
  const typed = await askText({
    title: vscode.l10n.t('Schedule Stop'),
    prompt: vscode.l10n.t('Enter how long from now (2h, 90m, 1h30) or when (18:00, tomorrow 9:00).'),
    value: '2h',
    validate: (value) => {
      const when = parseWhen(value, services.clock.now());
      return 'problem' in when ? when.problem : { info: formatWhen(when.at, services.clock.now()) };
    },
  });
  if (typed === undefined) throw new vscode.CancellationError();
  return timeOf(typed, services.clock.now());
}

function timeOf(given: unknown, now: number): number {
  if (typeof given === 'number' && Number.isFinite(given)) return given;
  const when = parseWhen(typeof given === 'string' ? given : '', now);
  if ('problem' in when) throw new Error(when.problem);
  return when.at;
}

async function cancel(
  services: Services,
  { schedules, watches }: CostParts,
  args: readonly unknown[],
): Promise<void> {
  const [first] = args;
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
        description: operationLabel(record.kind),
        run: async () => services.operations.cancel(record.id),
      })),
    ...schedules
      .list()
      .filter((schedule) => given === undefined || schedule.instanceId === given)
      .map((schedule) => ({
        label: name(schedule.name),
        iconPath: new vscode.ThemeIcon('clock'),
        description: vscode.l10n.t('stops {0}', formatWhen(schedule.at, services.clock.now())),
        run: async () => schedules.cancel(schedule.id),
      })),
    ...(given === undefined ? watches.list() : []).map((watch) => ({
      label: gpuName(watch.model),
      iconPath: new vscode.ThemeIcon('bell'),
      description: vscode.l10n.t('notify me when it’s available'),
      run: async () => watches.cancel(watch.id),
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

async function watchCapacity(services: Services, { watches }: CostParts): Promise<void> {
  const locations = await services.store.api.listLocations();
  const picked = await pickModel(locations);
  await watches.add({ model: picked });
  showInformation(
    vscode.l10n.t('You’ll be notified when {0} is available, while VS Code is open.', gpuName(picked)),
  );
}

async function pickModel(locations: readonly Location[]): Promise<string> {
  const models = new Map<string, { name: string; available: number; price: number | undefined }>();
  for (const gpu of locations.flatMap((location) => location.gpus)) {
    const known = models.get(gpu.model);
    const prices = [known?.price, gpu.priceHourly].filter((price) => price !== undefined);
    models.set(gpu.model, {
      name: gpu.displayName,
      available: Math.max(known?.available ?? 0, gpu.maxCount ?? 0),
      price: prices.length > 0 ? Math.min(...prices) : undefined,
    });
  }
  const other = { label: vscode.l10n.t('Another model, by ID…'), model: undefined };
  const items = [...models].map(([model, { name, available, price }]) => ({
    label: plainText(name, 60),
    description: [
      available > 0 ? vscode.l10n.t('available') : vscode.l10n.t('not available'),
      price === undefined ? undefined : vscode.l10n.t('from {0}', formatHourly(price)),
    ]
      .filter(Boolean)
      .join(' · '),
    detail: plainText(model),
    model,
  }));
  const picked = await pick([...items, other], {
    placeHolder: vscode.l10n.t('Select the GPU model you’re waiting for'),
    matchAll: true,
  });
  const typed =
    picked && picked.model === undefined
      ? await askText({
          prompt: vscode.l10n.t('The ID of a GPU model, such as h100-sxm5-80gb.'),
        })
      : picked?.model;
  if (!typed?.trim()) throw new vscode.CancellationError();
  return typed.trim();
}

function operationLabel(kind: OperationKind): string {
  switch (kind) {
    case 'start':
      return vscode.l10n.t('start');
    case 'stop':
      return vscode.l10n.t('stop');
    case 'restart':
      return vscode.l10n.t('restart');
    case 'delete':
      return vscode.l10n.t('delete');
    case 'create':
      return vscode.l10n.t('create');
    case 'modify':
      return vscode.l10n.t('modify');
    case 'startWhenAvailable':
      return vscode.l10n.t('start when available');
  }
}

const costsScheme = 'tensordock';
const costsUri = (): vscode.Uri => vscode.Uri.from({ scheme: costsScheme, path: 'Costs.md' });

/** The report as a read-only document, made anew each time it is shown. */
export function costDocument(services: Services, { ledger }: CostParts): vscode.Disposable {
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const listener = ledger.onDidChange(() => changes.fire(costsUri()));
  const registration = vscode.workspace.registerTextDocumentContentProvider(costsScheme, {
    onDidChange: changes.event,
    provideTextDocumentContent: () =>
      toMarkdown(costReport(ledger, services.store.rows(), services.clock.now())),
  });
  return vscode.Disposable.from(changes, listener, registration);
}

async function showCosts(): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreview', costsUri());
}
