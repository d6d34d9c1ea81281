import { describe, expect, it, vi } from 'vitest';
import { withPlacement } from '../../../../src/views/webview/create/selection';
import { draftElsewhere, draftLike, Presets } from '../../../../src/views/forms/presets';
import { catalog, draft, rtx4090 } from './catalogFixtures';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

describe('presets', () => {
  const stored = (): Map<string, unknown> => new Map();
  const presetsOn = (map: Map<string, unknown>): Presets =>
    new Presets({ get: (key) => map.get(key), update: async (key, value) => void map.set(key, value) });

  it('start the next form with the last instance, under a new name', async () => {
    const map = stored();
    await presetsOn(map).remember({ ...draft, vcpus: '12' });
    expect(presetsOn(map).last()).toMatchObject({ vcpus: '12', name: '', nameTyped: false });
  });

  it('are saved by name, and hold nothing but the draft', async () => {
    const map = stored();
    const presets = presetsOn(map);
    const sneaky = { ...draft, password: 'Very secret 123' };
    await presets.save('b', sneaky);
    await presets.save('a', draft);
    await presets.save('b', { ...sneaky, vcpus: '4' });
    expect(presets.all().map(({ name, draft: kept }) => [name, kept.vcpus])).toEqual([
      ['a', '8'],
      ['b', '4'],
    ]);
    expect(JSON.stringify([...map.values()])).not.toContain('Very secret');
    await presets.delete('a');
    expect(presets.all()).toHaveLength(1);
  });

  it('survive a storage that holds something else', () => {
    const presets = presetsOn(new Map<string, unknown>([['tensordock.create.presets', [{ name: 1 }]]]));
    expect(presets.all()).toEqual([]);
    expect(presets.last().vcpus).toBe('8');
  });

  it('copy what is known of an instance', () => {
    const like = draftLike(
      {
        id: 'i',
        name: 'n',
        state: 'running',
        statusText: 'running',
        resources: { vcpuCount: 16, ramGb: 64, storageGb: 500, gpus: [{ model: rtx4090, count: 2 }] },
        portForwards: [
          { internalPort: 22, externalPort: 20_001 },
          { internalPort: 8888, externalPort: 20_002 },
        ],
      },
      draft,
    );
    expect(like).toMatchObject({ gpuCount: '2', vcpus: '16', ports: '8888', image: 'ubuntu2404', name: '' });
  });

  it('copy all but the location for one elsewhere, and the form selects one with room', () => {
    const lost = {
      id: 'i',
      name: 'n',
      state: 'stoppeddisassociated',
      statusText: 'stoppeddisassociated',
      locationId: 'a location without a GPU',
      resources: { vcpuCount: 8, ramGb: 32, storageGb: 100, gpus: [{ model: rtx4090, count: 1 }] },
    } as const;
    const elsewhere = draftElsewhere(lost, draft);
    expect({ ...elsewhere, placementId: lost.locationId }).toEqual(draftLike(lost, draft));
    expect(withPlacement(elsewhere, catalog).placementId).toBe('cheap');
  });
});
