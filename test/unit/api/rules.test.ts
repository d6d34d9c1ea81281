import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkCreate,
  checkModify,
  checkName,
  fit,
  limitsAtHostnode,
  limitsAtLocation,
  portForwards,
  ramChoices,
  ramSizes,
  suggestName,
  type Field,
  type Limits,
} from '../../../src/api/rules';
import type { CreateRequest, Hostnode, LocationGpu } from '../../../src/api/types';

const good: CreateRequest = {
  name: 'rtx4090-1',
  image: 'ubuntu2404',
  resources: {
    vcpuCount: 8,
    ramGb: 32,
    storageGb: 200,
    gpus: [{ model: 'geforcertx4090-pcie-24gb', count: 1 }],
  },
  placement: { locationId: 'l1' },
  portForwards: [{ internalPort: 22, externalPort: 0 }],
  sshKey: 'ssh-ed25519 AAAA me',
};
const roomy: Limits = { gpuCount: 4, vcpus: 56, ramGb: 331, storageGb: 30_200 };

function wrong(change: Partial<CreateRequest>, limits: Limits = roomy): Field[] {
  return checkCreate({ ...good, ...change }, limits).map((problem) => problem.field);
}

function sized(change: Partial<CreateRequest['resources']>): Partial<CreateRequest> {
  return { resources: { ...good.resources, ...change } };
}

describe('an instance to create', () => {
  it('is sent when everything fits', () => {
    expect(wrong({})).toEqual([]);
  });

  it.each<[string, Partial<CreateRequest>, Field]>([
    ['an odd number of vCPUs', sized({ vcpuCount: 7 }), 'vcpus'],
    ['no vCPU', sized({ vcpuCount: 0 }), 'vcpus'],
    ['half a vCPU', sized({ vcpuCount: 2.5 }), 'vcpus'],
    ['vCPUs that are no number', sized({ vcpuCount: Number.NaN }), 'vcpus'],
    ['more vCPUs than there are', sized({ vcpuCount: 58 }), 'vcpus'],
    ['RAM off the list', sized({ ramGb: 24 }), 'ram'],
    ['more RAM than there is', sized({ ramGb: 512 }), 'ram'],
    ['less storage than the least', sized({ storageGb: 50 }), 'storage'],
    ['storage between two steps', sized({ storageGb: 120 }), 'storage'],
    ['more storage than there is', sized({ storageGb: 30_250 }), 'storage'],
    ['no GPU at a location', sized({ gpus: [] }), 'gpu'],
    ['too many GPUs', sized({ gpus: [{ model: 'x', count: 5 }] }), 'gpuCount'],
    ['half a GPU', sized({ gpus: [{ model: 'x', count: 0.5 }] }), 'gpuCount'],
    ['no location', { placement: undefined }, 'location'],
    ['no name', { name: '  ' }, 'name'],
    ['no image', { image: '' }, 'image'],
    ['no key', { sshKey: undefined }, 'access'],
    ['two keys', { sshKeyId: 's1' }, 'access'],
    ['forwards without 22 on Linux', { portForwards: [{ internalPort: 8888, externalPort: 0 }] }, 'ports'],
    [
      'a port twice',
      {
        portForwards: [
          { internalPort: 22, externalPort: 0 },
          { internalPort: 22, externalPort: 0 },
        ],
      },
      'ports',
    ],
    [
      'a port beyond 65535',
      {
        portForwards: [
          { internalPort: 22, externalPort: 0 },
          { internalPort: 70_000, externalPort: 0 },
        ],
      },
      'ports',
    ],
    ['Windows without a password', { image: 'windows10' }, 'password'],
    ['Windows with a short one', { image: 'windows10', password: 'short' }, 'password'],
  ])('is not sent with %s', (_, change, field) => {
    expect(wrong(change)).toEqual([field]);
  });

  it('may be without a GPU on a hostnode', () => {
    expect(wrong({ ...sized({ gpus: [] }), placement: { hostnodeId: 'h1' } })).toEqual([]);
  });

  it('needs no forwards with a dedicated address, where there are such', () => {
    const change = { useDedicatedIp: true, portForwards: undefined };
    expect(wrong(change)).toEqual([]);
    expect(wrong(change, { dedicatedIp: false })).toEqual(['network']);
    expect(wrong({}, { portForwarding: false })).toEqual(['network']);
  });

  it('isn’t held back by unknown limits', () => {
    expect(wrong(sized({ vcpuCount: 512, storageGb: 100_000 }), {})).toEqual([]);
  });
});

describe('a change', () => {
  const current = { ramGb: 24, storageGb: 120, gpuCount: 1 };
  const same = { vcpuCount: 8, ramGb: 24, storageGb: 120, gpu: { model: 'x', count: 1 } };

  it('may keep what the instance has, even if the lists don’t have it', () => {
    expect(checkModify(current, same, roomy)).toEqual([]);
  });

  it.each<[string, object, Field]>([
    ['less storage', { storageGb: 100 }, 'storage'],
    ['storage between steps', { storageGb: 170 }, 'storage'],
    ['another RAM off the list', { ramGb: 20 }, 'ram'],
    ['an odd number of vCPUs', { vcpuCount: 9 }, 'vcpus'],
    ['no GPU any more', { gpu: undefined }, 'gpu'],
  ])('is not sent with %s', (_, change, field) => {
    expect(checkModify(current, { ...same, ...change }, roomy).map((one) => one.field)).toEqual([field]);
  });

  it('adds a lost GPU again, and leaves an instance without one as it is', () => {
    const lost = { ...current, gpuCount: 0 };
    expect(checkModify(lost, same, roomy)).toEqual([]);
    expect(checkModify(lost, { ...same, gpu: undefined }, roomy)).toEqual([]);
  });
});

describe('limits', () => {
  const prices = {};
  it('of a location are those of the GPU there', () => {
    const gpu: LocationGpu = { model: 'x', displayName: 'X', maxCount: 2, maxVcpus: 10, prices };
    expect(limitsAtLocation(gpu)).toMatchObject({ gpuCount: 2, vcpus: 10, ramGb: undefined });
  });

  it('of a hostnode grow with the GPUs and end at what it has', () => {
    const host: Hostnode = {
      id: 'h',
      gpus: [{ model: 'x', availableCount: 8 }],
      maxVcpusPerGpu: 16,
      maxRamGbPerGpu: 64,
      vcpuCount: 24,
      maxRamGb: 256,
      availablePorts: [20_000, 20_001],
      prices,
    };
    expect(limitsAtHostnode(host, 'x', 1)).toMatchObject({ gpuCount: 8, vcpus: 16, ramGb: 64 });
    expect(limitsAtHostnode(host, 'x', 2)).toMatchObject({ vcpus: 24, ramGb: 128 });
    expect(limitsAtHostnode(host, undefined, 0)).toMatchObject({ vcpus: 24, ramGb: 256 });
    expect(limitsAtHostnode(host, 'y', 1).gpuCount).toBe(0);
  });

  it('leave only RAM that fits, and what the instance has', () => {
    expect(ramChoices({ ramGb: 64 })).toEqual([8, 16, 32, 48, 64]);
    expect(ramChoices({ ramGb: 16 }, 24)).toEqual([8, 16, 24]);
    expect(ramChoices({})).toEqual([...ramSizes]);
  });

  it('bound a value by step and room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 100, max: 2000 }), (wanted, most) => {
        const value = fit(wanted, 50, 100, most);
        expect(value % 50).toBe(0);
        expect(value).toBeGreaterThanOrEqual(100);
        expect(value).toBeLessThanOrEqual(Math.max(100, most));
      }),
    );
  });
});

describe('port forwards', () => {
  it('always hold the login port, each port once', () => {
    const inner = (image: string, wanted: number[]): number[] =>
      portForwards(image, wanted, {}).map((forward) => forward.internalPort);
    expect(inner('ubuntu2404', [8888, 22, 8888])).toEqual([22, 8888]);
    expect(inner('windows10', [])).toEqual([3389]);
  });

  it('take the free ports of a hostnode where there are enough, else let the service pick', () => {
    const outer = (ports?: number[]): number[] =>
      portForwards('ubuntu2404', [8888], { ports }).map((forward) => forward.externalPort);
    expect(outer([20_000, 20_001, 20_002])).toEqual([20_000, 20_001]);
    expect(outer([20_000])).toEqual([0, 0]);
    expect(outer()).toEqual([0, 0]);
  });
});

describe('a name', () => {
  it('is suggested by the GPU, and is no other instance’s', () => {
    expect(suggestName('geforcertx4090-pcie-24gb', [])).toBe('rtx4090-1');
    expect(suggestName('geforcertx4090-pcie-24gb', ['RTX4090-1', 'rtx4090-3'])).toBe('rtx4090-2');
    expect(suggestName('teslav100-pcie-16gb', [])).toBe('v100-1');
    expect(suggestName(undefined, ['cpu-1'])).toBe('cpu-2');
  });

  it('is always one that may be sent and that is free', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (model, taken) => {
        const name = suggestName(model.replace(/[^a-z0-9-]/gi, ''), taken);
        expect(checkName(name)).toEqual([]);
        expect(taken).not.toContain(name);
      }),
    );
  });

  it('has no line break and no character that turns the line around', () => {
    for (const name of ['a\nb', 'a\u202eb', 'a\u0000', 'x'.repeat(64)]) {
      expect(checkName(name)).toHaveLength(1);
    }
    expect(checkName('Größe 4090 ✓')).toEqual([]);
  });
});
