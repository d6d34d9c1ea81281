import { beforeEach, expect, it, vi } from 'vitest';
import type { CapacityFound, CapacityWatch } from '../../../../src/automation/capacityWatch';
import { Emitter } from '../../../../src/base/emitter';
import { createInstance } from '../../../../src/commands/createInstance';
import { followCosts, type CostNoticesOptions } from '../../../../src/views/notifications/costNotices';
import { draftWithGpu } from '../../../../src/views/forms/presets';
import { emptyDraft } from '../../../../src/views/webview/shared/drafts';
import { ManualClock } from '../../../simulator/clock';
import { resetWindow, window } from '../../fakeVscode';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const watch: CapacityWatch = {
  id: 'watch',
  accountId: 'account-1',
  since: 0,
  model: 'geforcertx4090-pcie-24gb',
  count: 2,
};
const finds = new Emitter<CapacityFound>();
const expiries = new Emitter<CapacityWatch>();
const renew = vi.fn();
followCosts({
  clock: new ManualClock(),
  reminders: { onDidRemind: () => ({ dispose: () => undefined }) },
  watches: { onDidFind: finds.event, onDidExpire: expiries.event, renew },
} as unknown as CostNoticesOptions);

function offer(id: string, priceHourly?: number): CapacityFound['offers'][number] {
  const { model } = watch;
  return {
    location: { id, city: id, country: 'Poland', gpus: [] },
    gpu: { model, displayName: model, priceHourly, prices: {} },
  };
}

beforeEach(resetWindow);

it('says where a GPU is available and for how much, and opens the form for it', async () => {
  window.answer = 0;
  finds.fire({ watch, offers: [offer('Warsaw', 0.4), offer('Lodz', 0.5)] });
  expect(window.messages).toEqual([
    '2 × RTX 4090 is now available: Warsaw, Poland, for $0.40/hr per GPU, and at 1 more location.',
  ]);
  await vi.waitFor(() => expect(window.ran).toHaveLength(1));
  const [[command, choice] = []] = window.ran;
  expect(command).toBe('tensordock.createInstance');

  const openCreate = vi.fn();
  createInstance({ store: { session: {} } } as never, { openCreate }, [choice]);
  const gpu = { model: watch.model, count: 2, locationId: 'Warsaw' };
  expect(openCreate).toHaveBeenCalledWith({ gpu });
  expect(draftWithGpu(gpu, { ...emptyDraft, ramGb: '64', placementKind: 'hostnode' })).toMatchObject({
    gpuModel: watch.model,
    gpuCount: '2',
    placementKind: 'location',
    placementId: 'Warsaw',
    ramGb: '64',
  });
});

it('says no price that is not known', () => {
  finds.fire({ watch: { ...watch, count: 1 }, offers: [offer('Warsaw')] });
  expect(window.messages).toEqual(['RTX 4090 is now available: Warsaw, Poland.']);
});

it('offers to wait again after the end', async () => {
  window.answer = 0;
  expiries.fire(watch);
  await vi.waitFor(() => expect(renew).toHaveBeenCalledWith(watch));
  expect(window.messages).toEqual([expect.stringContaining('2 × RTX 4090 didn’t become available by')]);
});

it('opens an empty form for anything else that the command is called with', async () => {
  const openCreate = vi.fn();
  for (const argument of [undefined, 'id', { kind: 'instance', id: 'x' }, { model: 7 }]) {
    createInstance({ store: { session: {} } } as never, { openCreate }, [argument]);
  }
  expect(openCreate.mock.calls).toEqual([[{}], [{}], [{}], [{}]]);
});
