import type { Instance, InstanceState } from '../../../src/api/types';
import type { InstanceRow, StoreStatus } from '../../../src/instances/store';

/** A row as the store gives it. */
export function row(
  id: string,
  state: InstanceState = 'running',
  instance: Partial<Instance> = {},
  marks: Partial<InstanceRow> = {},
): InstanceRow {
  return {
    accountId: 'account',
    instance: { id, name: id, state, statusText: state, rateHourly: 0.5, ...instance },
    state,
    unlisted: false,
    detailed: true,
    ...marks,
  };
}

/** The part of the store that views read. */
export function fixedStore(
  rows: readonly InstanceRow[],
  status: StoreStatus = { accountId: 'account', listedAt: 1 },
): {
  rows: () => readonly InstanceRow[];
  row: (id: string) => InstanceRow | undefined;
  status: StoreStatus;
} {
  return { rows: () => rows, row: (id) => rows.find(({ instance }) => instance.id === id), status };
}
