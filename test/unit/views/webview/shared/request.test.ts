import { describe, expect, it } from 'vitest';
import {
  byPrice,
  gpuOffers,
  locationForRate,
  placementOptions,
  priceFor,
  resourcesOf,
} from '../../../../../src/views/webview/shared/catalog';
import { describeImage } from '../../../../../src/views/webview/shared/images';
import {
  changesAnything,
  modifyDraftFor,
  modifyProblems,
  createProblems,
  toCreateRequest,
} from '../../../../../src/views/webview/shared/request';
import type { InstanceDetails } from '../../../../../src/views/webview/shared/protocol';
import { access, catalog, draft, gpu, rtx4090 } from '../../forms/catalogFixtures';

describe('the price of an instance', () => {
  const at = (id: string, change: Partial<typeof draft> = {}): number | undefined => {
    const resources = resourcesOf({ ...draft, ...change });
    return priceFor(
      placementOptions(catalog, 'location', resources).find((placement) => placement.id === id),
      resources,
    ).total;
  };

  it.each([
    [{}, 0.3966 + 8 * 0.003 + 32 * 0.002 + 200 * 0.00005],
    [{ gpuCount: '2', vcpus: '16', ramGb: '64', storageGb: '500' }, 2 * 0.3966 + 0.048 + 0.128 + 0.025],
    [{ gpuCount: '4', vcpus: '56', ramGb: '256', storageGb: '1000' }, 4 * 0.3966 + 0.168 + 0.512 + 0.05],
  ])('is the sum of its parts: %o', (change, dollars) => {
    expect(at('dear', change)).toBeCloseTo(dollars, 6);
  });

  it('is unknown if one price is, but known parts are shown', () => {
    const resources = resourcesOf({ ...draft, gpuModel: 'l4-pcie-24gb' });
    const price = priceFor(placementOptions(catalog, 'location', resources)[0], resources);
    expect(price).toMatchObject({ total: undefined, gpu: undefined });
    expect(price.vcpu).toBeCloseTo(0.024);
  });

  it.each(['', 'abc', '-4', '1e3'])('is unknown while the vCPUs are %j', (vcpus) => {
    expect(at('dear', { vcpus })).toBeUndefined();
  });

  it('lists the cheapest location with room first', () => {
    const resources = resourcesOf(draft);
    const ids = byPrice(placementOptions(catalog, 'location', resources), resources).map(
      ({ placement }) => placement.id,
    );
    expect(ids).toEqual(['cheap', 'dear']);
  });

  it('finds the location for a rate if only one matches', () => {
    const resources = resourcesOf(draft);
    expect(locationForRate(catalog, resources, 0.4946)).toBe('dear');
    expect(locationForRate(catalog, resources, 0.49)).toBe('');
    expect(locationForRate(catalog, resources, undefined)).toBe('');
  });
});

describe('GPU models', () => {
  it('are listed once each, with the cheapest price and every country', () => {
    const offers = gpuOffers(catalog);
    expect(offers.map((offer) => offer.model)).toEqual([rtx4090, 'l4-pcie-24gb']);
    expect(offers[0]).toMatchObject({
      name: 'RTX 4090',
      vramGb: 24,
      fromHourly: 0.1,
      locations: 3,
      countries: ['United States', 'Norway'],
    });
    expect(offers[1]?.fromHourly).toBeUndefined();
  });

  it('and locations are named without hidden characters and line breaks', () => {
    const odd = 'Os\u202elo\u0007\n2';
    const catalogOfOdd = {
      ...catalog,
      hostnodes: [],
      locations: [{ id: 'x', city: odd, country: odd, gpus: [gpu(rtx4090, 1)] }],
    };
    expect(gpuOffers(catalogOfOdd)[0]?.countries).toEqual(['Oslo 2']);
    const [placement] = placementOptions(catalogOfOdd, 'location', resourcesOf(draft));
    expect(placement?.label).toBe('Oslo 2, Oslo 2');
    expect(describeImage(odd).label).toBe('Oslo 2');
  });

  it('that are unavailable everywhere are not listed', () => {
    const locations = [{ id: 'x', gpus: [gpu(rtx4090, 1, { maxCount: 0 })] }];
    expect(gpuOffers({ ...catalog, locations, hostnodes: [] })).toEqual([]);
  });
});

describe('the request', () => {
  it('contains what was chosen, with port 22 forwarded', () => {
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

  it('sends a stored key by its ID, and for Windows a password and no key', () => {
    const stored = toCreateRequest({ ...draft, access: 'stored', storedKey: 's1' }, {}, { access });
    expect(stored).toMatchObject({ sshKeyId: 's1' });
    expect(stored).not.toHaveProperty('sshKey');
    const windows = toCreateRequest({ ...draft, image: 'windows10' }, {}, { access, password: 'x' });
    expect(windows).toMatchObject({ password: 'x', portForwards: [{ internalPort: 3389 }] });
    expect(windows).not.toHaveProperty('sshKey');
  });

  it('is checked against the limits of the chosen location', () => {
    expect(createProblems(draft, catalog, access, '')).toEqual([]);
    const tooSmall = createProblems({ ...draft, placementId: 'small' }, catalog, access, '');
    expect(tooSmall.map((problem) => problem.field)).toEqual(['vcpus']);
  });

  it('may use a location that is not listed', () => {
    const typed = { ...draft, placementId: 'elsewhere', gpuModel: 'new-gpu-1gb' };
    expect(createProblems(typed, { ...catalog, locations: [] }, access, '')).toEqual([]);
  });
});

describe('a change', () => {
  const instance: InstanceDetails = {
    id: 'i',
    name: 'n',
    state: 'stopped',
    stateLabel: 'Stopped',
    mode: 'direct',
    vcpus: 60,
    ramGb: 32,
    storageGb: 200,
    gpuModel: rtx4090,
    gpuCount: 1,
    locationId: 'dear',
  };

  it('may keep what the location no longer has room for, but not add to it', () => {
    const same = modifyDraftFor(instance);
    expect(modifyProblems(instance, same, catalog)).toEqual([]);
    expect(modifyProblems(instance, { ...same, vcpus: '62' }, catalog)).toHaveLength(1);
  });

  it('counts only if something differs', () => {
    const same = modifyDraftFor(instance);
    expect(changesAnything(instance, same)).toBe(false);
    expect(changesAnything(instance, { ...same, placementId: 'cheap' })).toBe(false);
    expect(changesAnything(instance, { ...same, storageGb: '250' })).toBe(true);
  });
});

describe('images', () => {
  it.each([
    ['ubuntu2404', 'plain', false, 'Ubuntu 24.04'],
    ['ubuntu2204_base', 'plain', false, 'Ubuntu 22.04 · base'],
    ['ubuntu2404_nvidia_570', 'nvidia', true, 'Ubuntu 24.04 · NVIDIA 570'],
    ['ubuntu2404_ml_pytorch', 'machineLearning', true, 'Ubuntu 24.04 · PyTorch'],
    ['windows10', 'windows', false, 'Windows 10'],
    ['win11', 'windows', false, 'Windows 11'],
    ['html_tools', 'plain', false, 'html_tools'],
  ])('%s is %s', (image, group, hasNvidiaDriver, label) => {
    expect(describeImage(image)).toEqual({ group, hasNvidiaDriver, label });
  });
});
