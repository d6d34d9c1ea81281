import * as vscode from 'vscode';
import { formatHourly } from '../api/price';
import type { Instance } from '../api/types';
import { plainText } from '../base/text';
import { billingOf, knownRate } from '../cost/billing';
import type { InstanceRow } from '../instances/store';
import type { InstanceAction } from '../views/presentation';
import { stateWord } from '../views/rowText';
import { actionsOf } from '../views/situation';
import { InvalidInputError, plainId, untrusted, type Data, type ToolParts } from './tool';

/** An instance by its ID, as fresh as it can be had. Throws if there is none. */
export async function requireRow({ store }: ToolParts, id: string): Promise<InstanceRow> {
  const checked = await store.session.check(id);
  const row = checked.kind === 'gone' ? undefined : store.row(id);
  if (!row) throw new InvalidInputError(vscode.l10n.t('There is no instance with the ID “{0}”.', id));
  return row;
}

/** An instance that allows an action now: the same question that decides what its menu offers. */
export async function requireAllowed(
  parts: ToolParts,
  id: string,
  action: InstanceAction,
): Promise<InstanceRow> {
  const row = await requireRow(parts, id);
  const situation = { row, operation: parts.operations.of(id) };
  if (!actionsOf(situation).includes(action)) {
    throw new InvalidInputError(
      vscode.l10n.t('Not available for “{0}” in its current state: {1}.', nameOf(row), stateWord(situation)),
    );
  }
  return row;
}

/** The name in a question. */
export function nameOf({ instance }: Pick<InstanceRow, 'instance'>): string {
  return plainText(instance.name, 60);
}

/** What it costs from its start on, as a sentence. */
export function billedText(rateHourly: number | undefined): string {
  const rate = knownRate(rateHourly);
  return rate === undefined
    ? vscode.l10n.t('It will be billed at its full rate from then on, which isn’t known.')
    : vscode.l10n.t('It will be billed at {0} from then on.', formatHourly(rate));
}

/** What lists say of an instance. */
export function briefly(parts: ToolParts, { instance, state }: InstanceRow): Data {
  const { id, name, rateHourly, resources, image } = instance;
  const schedule = parts.schedules.of(id);
  return {
    // An ID with other characters can't be used with these tools.
    instanceId: plainId(id) ?? null,
    name: untrusted(name, 100),
    state,
    rateHourly: knownRate(rateHourly) ?? null,
    billing: billingOf(state),
    gpus: resources?.gpus?.map(({ model, count }) => ({ model: untrusted(model, 80), count })) ?? null,
    image: image === undefined ? null : untrusted(image, 80),
    scheduledStop: schedule === undefined ? null : new Date(schedule.at).toISOString(),
    underWay: parts.operations.of(id)?.kind ?? null,
  };
}

/** All that is known of an instance. */
export function fully(parts: ToolParts, row: InstanceRow): Data {
  const { ipAddress, portForwards, resources, statusText, locationId }: Instance = row.instance;
  return {
    ...briefly(parts, row),
    serviceStatus: untrusted(statusText, 80),
    vcpus: resources?.vcpuCount ?? null,
    ramGb: resources?.ramGb ?? null,
    storageGb: resources?.storageGb ?? null,
    ipAddress: ipAddress === undefined ? null : untrusted(ipAddress, 60),
    portForwards: portForwards?.slice(0, 100) ?? null,
    locationId: plainId(locationId) ?? null,
  };
}
