import { expect, test } from 'vitest';
import type { CapacityWatch } from '../../../src/automation/capacityWatch';
import type { Schedule } from '../../../src/automation/schedule';
import { needsWakeUp, type WakeUpParts } from '../../../src/automation/wakeUp';
import type { OperationRecord } from '../../../src/instances/operations/journal';
import type { InstanceRow, StoreStatus } from '../../../src/instances/store';
import { rowOf } from '../cost/support';

const record: OperationRecord = {
  version: 1,
  id: 'op',
  accountId: 'a',
  kind: 'create',
  name: 'box',
  startedAt: 0,
  step: 'sending',
};
const schedule: Schedule = { id: 's', accountId: 'a', instanceId: 'i', name: 'box', at: 1 };
const watch: CapacityWatch = { id: 'w', accountId: 'a', since: 0, model: 'l4-pcie-24gb' };

interface Given {
  readonly rows?: readonly InstanceRow[];
  readonly pending?: readonly OperationRecord[];
  readonly schedules?: readonly Schedule[];
  readonly watches?: readonly CapacityWatch[];
  readonly status?: StoreStatus;
  readonly isKnown?: boolean;
}

const listed: StoreStatus = { accountId: 'a', listedAt: 1 };
const unlisted: StoreStatus = { accountId: 'a', listedAt: 0 };

function parts(given: Given): WakeUpParts {
  const { rows = [], pending = [], schedules = [], watches = [], status = listed, isKnown = true } = given;
  return {
    store: { rows: () => rows, status },
    session: { isKnown },
    operations: { pending: () => pending },
    schedules: { list: () => schedules },
    watches: { list: () => watches },
  };
}

test.each<[string, Given, boolean | undefined]>([
  ['an account with no instances', {}, false],
  ['stopped instances', { rows: [rowOf('i', 'stopped'), rowOf('j', 'stoppeddisassociated')] }, false],
  ['a deleted instance', { rows: [rowOf('i', 'deleted')] }, false],
  ['a running instance', { rows: [rowOf('i', 'stopped'), rowOf('j', 'running')] }, true],
  ['an instance in an unknown state', { rows: [rowOf('i', 'unknown')] }, true],
  ['a first create without a confirmed outcome', { pending: [record] }, true],
  ['a scheduled stop', { schedules: [schedule] }, true],
  ['a GPU that somebody waits for', { watches: [watch] }, true],
  ['nobody who is signed in', { status: { listedAt: 0 } }, false],
  ['instances that are not known yet', { status: unlisted }, undefined],
  ['a create before any list', { status: unlisted, pending: [record] }, true],
  ['an account that is not known yet', { status: { listedAt: 0 }, isKnown: false }, undefined],
])('%s: new windows start working at once, or not, or as before', (_title, given, expected) => {
  expect(needsWakeUp(parts(given))).toBe(expected);
});
