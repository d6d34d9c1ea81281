import { describe, expect, it } from 'vitest';
import {
  byPrice,
  gpuOffers,
  locationOfRate,
  placesFor,
  priceAt,
  sizesOf,
} from '../../../../src/views/webview/shared/catalogue';
import { describeImage } from '../../../../src/views/webview/shared/images';
import {
  changesAnything,
  modifyDraftOf,
  modifyProblems,
  problemsOf,
  toCreateRequest,
} from '../../../../src/views/webview/shared/machine';
import type { Machine } from '../../../../src/views/webview/shared/protocol';
import { access, catalogue, draft, gpu, rtx4090 } from './catalogueOf';

describe('the price of a machine', () => {
  const at = (id: string, change: Partial<typeof draft> = {}): number | undefined => {
    const sizes = sizesOf({ ...draft, ...change });
    return priceAt(
      placesFor(catalogue, 'location', sizes).find((place) => place.id === id),
      sizes,
    ).total;
  };

  it.each([
    [{}, 0.3966 + 8 * 0.003 + 32 * 0.002 + 200 * 0.00005],
    [{ gpuCount: '2', vcpus: '16', ramGb: '64', storageGb: '500' }, 2 * 0.3966 + 0.048 + 0.128 + 0.025],
    [{ gpuCount: '4', vcpus: '56', ramGb: '256', storageGb: '1000' }, 4 * 0.3966 + 0.168 + 0.512 + 0.05],
  ])('is the sum of its parts: %o', (change, dollars) => {
    expect(at('dear', change)).toBeCloseTo(dollars, 6);
  });

  it('is unknown where one price is, and the parts that are known are told', () => {
    const sizes = sizesOf({ ...draft, gpuModel: 'l4-pcie-24gb' });
    const price = priceAt(placesFor(catalogue, 'location', sizes)[0], sizes);
    expect(price).toMatchObject({ total: undefined, gpu: undefined });
    expect(price.vcpu).toBeCloseTo(0.024);
  });

  it.each(['', 'abc', '-4', '1e3'])('is unknown while %j stands for the vCPUs', (vcpus) => {
    expect(at('dear', { vcpus })).toBeUndefined();
  });

  it('puts the cheapest place with room first', () => {
    const sizes = sizesOf(draft);
    const ids = byPrice(placesFor(catalogue, 'location', sizes), sizes).map(({ place }) => place.id);
    expect(ids).toEqual(['cheap', 'dear']);
  });

  it('tells the location of a rate where only one fits', () => {
    const sizes = sizesOf(draft);
    expect(locationOfRate(catalogue, sizes, 0.4946)).toBe('dear');
    expect(locationOfRate(catalogue, sizes, 0.49)).toBe('');
    expect(locationOfRate(catalogue, sizes, undefined)).toBe('');
  });
});

describe('GPU models', () => {
  it('are told once each, with the cheapest price and every country', () => {
    const offers = gpuOffers(catalogue);
    expect(offers.map((offer) => offer.model)).toEqual([rtx4090, 'l4-pcie-24gb']);
    expect(offers[0]).toMatchObject({
      name: 'GeForce RTX 4090 PCIe',
      vramGb: 24,
      fromHourly: 0.1,
      places: 3,
      countries: ['United States', 'Norway'],
    });
    expect(offers[1]?.fromHourly).toBeUndefined();
  });

  it('that are used up everywhere are not offered', () => {
    const locations = [{ id: 'x', gpus: [gpu(rtx4090, 1, { maxCount: 0 })] }];
    expect(gpuOffers({ ...catalogue, locations, hostnodes: [] })).toEqual([]);
  });
});

describe('the request', () => {
  it('holds what was chosen, with 22 forwarded', () => {
    expect(toCreateRequest({ ...draft, ports: '8888, 22' }, {}, { access })).toEqual({
      name: 'rtx4090-1',
      image: 'ubuntu2404',
      resources: { vcpuCount: 8, ramGb: 32, storageGb: 200, gpus: [{ model: rtx4090, count: 1 }] },
      placement: { locationId: 'cheap' },
      useDedicatedIp: false,
      portForwards: [
        { internalPort: 22, externalPort: 0 },
        { internalPort: 8888, externalPort: 0 },
      ],
      sshKey: 'ssh-ed25519 AAAA a',
      cloudInit: undefined,
    });
  });

  it('takes a stored key by its id, and for Windows a password and no key', () => {
    const stored = toCreateRequest({ ...draft, access: 'stored', storedKey: 's1' }, {}, { access });
    expect(stored).toMatchObject({ sshKeyId: 's1' });
    expect(stored).not.toHaveProperty('sshKey');
    const windows = toCreateRequest({ ...draft, image: 'windows10' }, {}, { access, password: 'x' });
    expect(windows).toMatchObject({ password: 'x', portForwards: [{ internalPort: 3389 }] });
    expect(windows).not.toHaveProperty('sshKey');
  });

  it('is held back by the place that was chosen', () => {
    expect(problemsOf(draft, catalogue, access, '')).toEqual([]);
    const tooSmall = problemsOf({ ...draft, placeId: 'small' }, catalogue, access, '');
    expect(tooSmall.map((problem) => problem.field)).toEqual(['vcpus']);
  });

  it('may name a place that the catalogue does not have', () => {
    const typed = { ...draft, placeId: 'elsewhere', gpuModel: 'new-gpu-1gb' };
    expect(problemsOf(typed, { ...catalogue, locations: [] }, access, '')).toEqual([]);
  });
});

describe('a change', () => {
  const machine: Machine = {
    id: 'i',
    name: 'n',
    state: 'stopped',
    stateLabel: 'Stopped',
    how: 'change',
    vcpus: 60,
    ramGb: 32,
    storageGb: 200,
    gpuModel: rtx4090,
    gpuCount: 1,
    locationId: 'dear',
  };

  it('may keep what the place has no room for any more, and not ask for more of it', () => {
    const same = modifyDraftOf(machine);
    expect(modifyProblems(machine, same, catalogue)).toEqual([]);
    expect(modifyProblems(machine, { ...same, vcpus: '62' }, catalogue)).toHaveLength(1);
  });

  it('is one only where something differs', () => {
    const same = modifyDraftOf(machine);
    expect(changesAnything(machine, same)).toBe(false);
    expect(changesAnything(machine, { ...same, placeId: 'cheap' })).toBe(false);
    expect(changesAnything(machine, { ...same, storageGb: '250' })).toBe(true);
  });
});

describe('images', () => {
  it.each([
    ['ubuntu2404', 'plain', false, 'Ubuntu 24.04'],
    ['ubuntu2204_base', 'plain', false, 'Ubuntu 22.04 · base'],
    ['ubuntu2404_nvidia_570', 'nvidia', true, 'Ubuntu 24.04 · nvidia 570'],
    ['ubuntu2404_ml_pytorch', 'machineLearning', true, 'Ubuntu 24.04 · ml pytorch'],
    ['windows10', 'windows', false, 'Windows 10'],
    ['html_tools', 'plain', false, 'html_tools'],
  ])('%s is %s', (image, group, hasNvidiaDriver, label) => {
    expect(describeImage(image)).toEqual({ group, hasNvidiaDriver, label });
  });
});
