import * as vscode from 'vscode';
import { compareTexts } from '../../base/locale';
import type { InstanceRow } from '../../instances/store';
import { gpuText, locationName, locationText, type LocationNames } from '../details';
import { stateText } from '../presentation';

export const sortKeys = ['listed', 'name', 'state', 'gpu', 'rate'] as const;
export type SortKey = (typeof sortKeys)[number];

export const groupKeys = ['none', 'state', 'gpu', 'location'] as const;
export type GroupKey = (typeof groupKeys)[number];

/** How the person wants the rows shown. */
export interface Arrangement {
  /** Words that must all occur in the name, ID, state, GPU, address, image, or location; case doesn't matter. */
  readonly filter: string;
  readonly sort: SortKey;
  readonly group: GroupKey;
}

export const plainArrangement: Arrangement = { filter: '', sort: 'listed', group: 'none' };

/** Reads what was stored, whoever wrote it. */
export function readArrangement(kept: unknown): Arrangement {
  if (typeof kept !== 'object' || kept === null) return plainArrangement;
  const { filter, sort, group } = { filter: '', sort: '', group: '', ...kept };
  return {
    filter: typeof filter === 'string' ? filter : '',
    sort: sortKeys.find((key) => key === sort) ?? 'listed',
    group: groupKeys.find((key) => key === group) ?? 'none',
  };
}

/** What rows are found, sorted, and grouped by beside what they hold. */
export interface ArrangedBy {
  readonly locationOf: LocationNames;
  /** The state in words, as rows show it: what is being done counts. */
  readonly stateOf: (row: InstanceRow) => string;
}

/** The rows that pass the filter, in the order in which they're listed. */
export function matchingRows(
  rows: readonly InstanceRow[],
  filter: string,
  by: ArrangedBy,
): readonly InstanceRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = searchText(row, by);
    return words.every((word) => text.includes(word));
  });
}

/** The rows that pass the filter, sorted; rows that compare equal keep their order. */
export function arrange(
  rows: readonly InstanceRow[],
  { filter, sort }: Arrangement,
  by: ArrangedBy,
): readonly InstanceRow[] {
  const shown = matchingRows(rows, filter, by);
  return sort === 'listed' ? shown : shown.toSorted((one, other) => compare(one, other, sort, by));
}

/** The groups in the order of their titles. A title is something that people know, never an ID. */
export function groupRows(
  rows: readonly InstanceRow[],
  group: Exclude<GroupKey, 'none'>,
  by: ArrangedBy,
): ReadonlyMap<string, readonly InstanceRow[]> {
  const groups = new Map<string, InstanceRow[]>();
  for (const row of rows) {
    const title = groupTitle(row, group, by);
    const members = groups.get(title) ?? [];
    members.push(row);
    groups.set(title, members);
  }
  return new Map([...groups].sort(([one], [other]) => compareTexts(one, other)));
}

function groupTitle(
  row: InstanceRow,
  group: Exclude<GroupKey, 'none'>,
  { locationOf, stateOf }: ArrangedBy,
): string {
  switch (group) {
    case 'state':
      return stateOf(row);
    case 'gpu':
      return gpuText(row.instance.resources?.gpus) ?? vscode.l10n.t('Unknown GPU');
    case 'location':
      return locationName(row.instance.locationId, locationOf) ?? vscode.l10n.t('Unknown location');
  }
}

function compare(
  one: InstanceRow,
  other: InstanceRow,
  sort: Exclude<SortKey, 'listed'>,
  { stateOf }: ArrangedBy,
): number {
  switch (sort) {
    case 'name':
      return compareTexts(one.instance.name, other.instance.name);
    case 'state':
      return stateOf(one).localeCompare(stateOf(other));
    case 'gpu':
      return compareTexts(
        gpuText(one.instance.resources?.gpus) ?? '',
        gpuText(other.instance.resources?.gpus) ?? '',
      );
    case 'rate':
      return (other.instance.rateHourly ?? -1) - (one.instance.rateHourly ?? -1);
  }
}

function searchText(row: InstanceRow, { locationOf, stateOf }: ArrangedBy): string {
  const { id, name, ipAddress, image, resources, locationId } = row.instance;
  const models = resources?.gpus?.map(({ model }) => model) ?? [];
  const parts = [
    name,
    id,
    stateOf(row),
    stateText(row),
    gpuText(resources?.gpus),
    ipAddress,
    image,
    ...models,
  ];
  parts.push(locationText(locationId, locationOf));
  return parts.join('\n').toLowerCase();
}
