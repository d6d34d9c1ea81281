import { plainText } from '../base/text';
import * as vscode from 'vscode';
import type { CapacityWatches } from '../automation/capacityWatch';
import type { Ledger } from '../cost/ledger';
import { costReport, toMarkdown } from '../cost/report';
import type { Schedules } from '../automation/schedules';
import { formatWhen, parseWhen } from '../automation/when';
import { formatHourly } from '../api/price';
import type { Location } from '../api/types';
import { gpuName } from '../api/gpuName';
import { allows } from '../views/presentation';
import { isNode, target, targets } from './targets';
import type { Commands, Services } from './services';

/** The parts that look after money and time. */
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
  const placeholder = vscode.l10n.t('Which instance is to be stopped later?');
  const { rows } = await targets(services, args, (row) => allows(row, 'stop'), placeholder);
  const [first, given] = args;
  const at =
    typeof first === 'string' && given !== undefined
      ? timeOf(given, services.clock.now())
      : await askForTime(services);
  for (const { instance } of rows) {
    await schedules.set({ instanceId: instance.id, name: instance.name, at });
  }
  const when = formatWhen(at, services.clock.now());
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      '{0} will be stopped {1}, if a window of VS Code is open then. Stopped, it may still be billed.',
      rows.map(({ instance }) => `“${plainText(instance.name, 60)}”`).join(', '),
      when,
    ),
  );
}

async function askForTime(services: Services): Promise<number> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Stop at a Time'),
    prompt: vscode.l10n.t('How long from now (2h, 90m, 1h30), or when (18:00, tomorrow 9:00).'),
    value: '2h',
    validateInput: (value) => {
      const when = parseWhen(value, services.clock.now());
      return 'problem' in when
        ? when.problem
        : {
            message: formatWhen(when.at, services.clock.now()),
            severity: vscode.InputBoxValidationSeverity.Info,
          };
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
        label: vscode.l10n.t('$(sync) {0}', name(record.name)),
        description: record.kind,
        run: async () => services.operations.cancel(record.id),
      })),
    ...schedules
      .list()
      .filter((schedule) => given === undefined || schedule.instanceId === given)
      .map((schedule) => ({
        label: vscode.l10n.t('$(clock) {0}', name(schedule.name)),
        description: vscode.l10n.t('stop {0}', formatWhen(schedule.at, services.clock.now())),
        run: async () => schedules.cancel(schedule.id),
      })),
    ...(given === undefined ? watches.list() : []).map((watch) => ({
      label: vscode.l10n.t('$(bell) {0}', gpuName(watch.model)),
      description: vscode.l10n.t('tell me when it is free'),
      run: async () => watches.cancel(watch.id),
    })),
  ];
  if (items.length === 0) throw new Error(vscode.l10n.t('There is nothing to cancel.'));
  const [only] = items;
  const picked =
    given !== undefined && items.length === 1 && only
      ? only
      : await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('What is to be cancelled?') });
  if (!picked) throw new vscode.CancellationError();
  await picked.run();
}

async function watchCapacity(services: Services, { watches }: CostParts): Promise<void> {
  const locations = await services.store.api.listLocations();
  const picked = await pickModel(locations);
  await watches.add({ model: picked });
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'You will be told when {0} is to be had, while a window of VS Code is open.',
      gpuName(picked),
    ),
  );
}

async function pickModel(locations: readonly Location[]): Promise<string> {
  const models = new Map<string, { name: string; free: number; price: number | undefined }>();
  for (const gpu of locations.flatMap((location) => location.gpus)) {
    const known = models.get(gpu.model);
    const prices = [known?.price, gpu.priceHourly].filter((price) => price !== undefined);
    models.set(gpu.model, {
      name: gpu.displayName,
      free: Math.max(known?.free ?? 0, gpu.maxCount ?? 0),
      price: prices.length > 0 ? Math.min(...prices) : undefined,
    });
  }
  const other = { label: vscode.l10n.t('Another model, by its id…'), model: undefined };
  const items = [...models].map(([model, { name, free, price }]) => ({
    label: plainText(name, 60),
    description: [
      free > 0 ? vscode.l10n.t('to be had now') : vscode.l10n.t('none free'),
      price === undefined ? undefined : vscode.l10n.t('from {0}', formatHourly(price)),
    ]
      .filter(Boolean)
      .join(' · '),
    detail: plainText(model),
    model,
  }));
  const picked = await vscode.window.showQuickPick([...items, other], {
    placeHolder: vscode.l10n.t('Which GPU are you waiting for?'),
    matchOnDetail: true,
  });
  const typed =
    picked && picked.model === undefined
      ? await vscode.window.showInputBox({
          prompt: vscode.l10n.t('The id of a GPU model, for example h100-sxm5-80gb.'),
        })
      : picked?.model;
  if (!typed?.trim()) throw new vscode.CancellationError();
  return typed.trim();
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
