import * as vscode from 'vscode';
import { gpuName } from '../api/gpuName';
import { formatHourly, hoursPerMonth, formatDollars } from '../api/price';
import type { GpuAllocation, Instance, Location } from '../api/types';
import type { InstanceRow } from '../instances/store';
import { isStopped } from '../instances/state';
import { labelText, stateText } from './presentation';

/** One fact about an instance: a row below it, and a line of its tooltip. */
export interface Detail {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly icon: string;
}

/** The location of an ID, where the service lists it. */
export type LocationNames = (locationId: string) => Location | undefined;

/** `2× H100`; undefined where it isn't known. */
export function gpuText(gpus: readonly GpuAllocation[] | undefined): string | undefined {
  if (gpus === undefined) return undefined;
  if (gpus.length === 0) return vscode.l10n.t('No GPU');
  return gpus
    .map(({ model, count }) => {
      const name = labelText(gpuName(model), 60);
      return count === 1 ? name : `${count}× ${name}`;
    })
    .join(' + ');
}

/** What is shown beside the name: state, GPU and rate. */
export function descriptionOf(row: InstanceRow): string {
  const { resources, rateHourly } = row.instance;
  const parts = [
    stateText(row),
    gpuText(resources?.gpus),
    rateHourly === undefined ? undefined : formatHourly(rateHourly),
    row.unconfirmed ? vscode.l10n.t('still there, and may be billed') : undefined,
    row.unlisted ? vscode.l10n.t('missing from the list, checking') : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** Everything that is known about an instance, in the order in which it is shown. */
export function detailsOf({ instance }: InstanceRow, locationOf: LocationNames): readonly Detail[] {
  const { resources, ipAddress, portForwards, rateHourly, locationId, image } = instance;
  const { vcpuCount, ramGb, storageGb } = resources ?? {};
  const details: (Detail | undefined)[] = [
    detail('gpu', vscode.l10n.t('GPU'), gpuLong(instance), 'circuit-board'),
    detail('cpu', vscode.l10n.t('vCPU and RAM'), cpuText(vcpuCount, ramGb), 'chip'),
    detail('storage', vscode.l10n.t('Storage'), storageGb && vscode.l10n.t('{0} GB', storageGb), 'database'),
    detail('address', vscode.l10n.t('Address'), ipAddress, 'globe'),
    detail('ports', vscode.l10n.t('Ports'), portsText(instance), 'plug'),
    detail(
      'rate',
      vscode.l10n.t('Rate'),
      rateHourly === undefined ? undefined : rateText(rateHourly),
      'credit-card',
    ),
    detail('location', vscode.l10n.t('Location'), locationText(locationId, locationOf), 'location'),
    detail('image', vscode.l10n.t('Image'), image, 'package'),
  ];
  if (portForwards === undefined && ipAddress === undefined && !resources) {
    details.push(detail('pending', vscode.l10n.t('Details'), vscode.l10n.t('not yet available'), 'ellipsis'));
  }
  return details.filter((each) => each !== undefined);
}

/** The tooltip. It's a plain string, because VS Code makes links of the addresses in a Markdown string. */
export function tooltipOf(row: InstanceRow, locationOf: LocationNames): string {
  const { name, id } = row.instance;
  const lines = [
    labelText(name),
    '',
    vscode.l10n.t('State: {0}', stateText(row)),
    ...detailsOf(row, locationOf).map(({ label, value }) => `${label}: ${value}`),
    vscode.l10n.t('ID: {0}', labelText(id)),
  ];
  if (row.unconfirmed) {
    lines.push(
      '',
      vscode.l10n.t('You deleted this instance, but it’s still there and may be billed. Delete it again.'),
    );
  } else if (isStopped(row.state)) {
    lines.push('', vscode.l10n.t('A stopped instance may still be billed until you delete it.'));
  }
  return lines.join('\n');
}

function gpuLong({ resources }: Instance): string | undefined {
  const gpus = resources?.gpus;
  if (!gpus || gpus.length === 0) return gpuText(gpus);
  return gpus.map(({ model, count }) => `${count}× ${gpuName(model)} (${labelText(model, 60)})`).join(', ');
}

/** `8 vCPU, 32 GB` as far as it is known. */
export function cpuText(vcpuCount: number | undefined, ramGb: number | undefined): string | undefined {
  const parts = [
    vcpuCount === undefined ? undefined : vscode.l10n.t('{0} vCPU', vcpuCount),
    ramGb === undefined ? undefined : vscode.l10n.t('{0} GB RAM', ramGb),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function portsText({ portForwards, ipAddress }: Instance): string | undefined {
  if (portForwards === undefined) return undefined;
  if (portForwards.length === 0) {
    return ipAddress === undefined ? undefined : vscode.l10n.t('all ports, directly');
  }
  return portForwards.map(({ internalPort, externalPort }) => `${internalPort} → ${externalPort}`).join(', ');
}

function rateText(rate: number): string {
  return vscode.l10n.t('{0} (about {1} a month)', formatHourly(rate), formatDollars(rate * hoursPerMonth));
}

/** City, state and country where the service lists the location, else its ID. */
export function locationText(id: string | undefined, locationOf: LocationNames): string | undefined {
  if (id === undefined) return undefined;
  const location = locationOf(id);
  const names = [location?.city, location?.stateProvince, location?.country].filter((part) => part);
  return names.length > 0 ? names.join(', ') : id;
}

function detail(key: string, label: string, value: string | 0 | undefined, icon: string): Detail | undefined {
  return value === undefined || value === 0 || value === ''
    ? undefined
    : { key, label, value: labelText(value), icon };
}
