import * as vscode from 'vscode';
import { formatNumber } from '../base/locale';
import { gpuName } from '../api/gpuName';
import { formatHourly, hoursPerMonth, formatDollars } from '../api/price';
import type { GpuAllocation, Instance, Location } from '../api/types';
import { formatDuration } from '../base/duration';
import { formatWhen } from '../base/when';
import { billingOf } from '../cost/billing';
import type { CostSum } from '../cost/history';
import { describeSum } from '../cost/describe';
import { totalOf } from '../cost/ledger';
import type { InstanceRow } from '../instances/store';
import { isStopped } from '../instances/state';
import { labelText } from './presentation';
import type { Situation } from './situation';

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

/** What an instance has cost, as far as was observed. */
export interface InstanceCosts {
  /** Since when it has been on, milliseconds since the epoch. */
  readonly runningSince?: number;
  /** Since then, and today. */
  readonly run: CostSum;
  readonly today: CostSum;
}

/** What is known about an instance beyond its row. */
export interface Knowledge {
  readonly costsOf: (row: InstanceRow) => InstanceCosts;
  readonly locationOf: LocationNames;
}

/** Everything that is known about an instance, in the order in which it is shown. */
export function detailsOf(
  { row, connected, now }: Pick<Situation, 'row' | 'connected' | 'now'>,
  { costsOf, locationOf }: Knowledge,
): readonly Detail[] {
  const { instance } = row;
  const { resources, ipAddress, portForwards, rateHourly, locationId, image } = instance;
  const { vcpuCount, ramGb, storageGb } = resources ?? {};
  const costs = costsOf(row);
  const details: (Detail | undefined)[] = [
    detail(
      connected === 'here' ? 'connection can-disconnect' : 'connection',
      vscode.l10n.t('Connected'),
      connected && (connected === 'here' ? vscode.l10n.t('this window') : vscode.l10n.t('in another window')),
      'remote',
    ),
    detail('cost', vscode.l10n.t('Cost so far'), costText(row, costs), 'credit-card'),
    detail('uptime', vscode.l10n.t('Uptime'), uptimeText(row, costs, now), 'history'),
    detail('gpu', vscode.l10n.t('GPU'), gpuLong(instance), 'circuit-board'),
    detail('cpu', vscode.l10n.t('CPU and RAM'), cpuText(vcpuCount, ramGb), 'chip'),
    detail(
      'storage',
      vscode.l10n.t('Storage'),
      storageGb && vscode.l10n.t('{0} GB', formatNumber(storageGb)),
      'database',
    ),
    detail('address', vscode.l10n.t('Address'), ipAddress, 'globe'),
    detail('ports', vscode.l10n.t('Ports'), portsText(instance), 'plug'),
    detail(
      'rate',
      isStopped(row.state) ? vscode.l10n.t('Rate while running') : vscode.l10n.t('Rate'),
      rateHourly === undefined ? undefined : rateText(rateHourly),
      'graph',
    ),
    detail('location', vscode.l10n.t('Location'), locationText(locationId, locationOf), 'location'),
    detail('image', vscode.l10n.t('Image'), image, 'package'),
  ];
  if (portForwards === undefined && ipAddress === undefined && !resources) {
    details.push(detail('pending', vscode.l10n.t('Details'), vscode.l10n.t('not yet available'), 'ellipsis'));
  }
  return details.filter((each) => each !== undefined);
}

/** `$1.20 in this run, $3.10 today`; undefined if there is nothing to say. */
function costText(row: InstanceRow, costs: InstanceCosts): string | undefined {
  const { run, today } = costs;
  if (billingOf(row.state) !== 'on') {
    return totalOf(today) === 0 ? undefined : vscode.l10n.t('{0} today', describeSum(today));
  }
  // A run that was under way when it was first seen may have begun at any time before.
  const isPartial = row.runningSince === undefined;
  const parts = isNothing(run)
    ? [vscode.l10n.t('unknown')]
    : [
        vscode.l10n.t('{0} in this run', describeSum(run, isPartial)),
        vscode.l10n.t('{0} today', describeSum(today, isPartial)),
      ];
  return parts.join(', ');
}

function isNothing(sum: CostSum): boolean {
  return Object.values(sum).every((value) => value === 0);
}

/** `3 h 5 min, since 14:02`; undefined while it's off. */
function uptimeText(row: InstanceRow, { runningSince }: InstanceCosts, now: number): string | undefined {
  // Less than a minute would be wrong as soon as it's shown.
  if (runningSince === undefined || billingOf(row.state) !== 'on' || now - runningSince < 60_000) {
    return undefined;
  }
  const duration = formatDuration(now - runningSince);
  return row.runningSince === undefined
    ? vscode.l10n.t('at least {0}', duration)
    : vscode.l10n.t('{0}, since {1}', duration, formatWhen(runningSince, now));
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
    ramGb === undefined ? undefined : vscode.l10n.t('{0} GB RAM', formatNumber(ramGb)),
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
  return locationName(id, locationOf) ?? id;
}

/** City, state and country, if they're known. */
export function locationName(id: string | undefined, locationOf: LocationNames): string | undefined {
  const location = id === undefined ? undefined : locationOf(id);
  const names = [location?.city, location?.stateProvince, location?.country].filter((part) => part);
  return names.length > 0 ? names.join(', ') : undefined;
}

function detail(key: string, label: string, value: string | 0 | undefined, icon: string): Detail | undefined {
  return value === undefined || value === 0 || value === ''
    ? undefined
    : { key, label, value: labelText(value), icon };
}
