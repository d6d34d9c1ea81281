import { hostIds } from './catalogue';
import type { SimulatedInstance } from './model';
import type { SeedOption } from './options';
import type { InstanceDescription, World } from './world';

const organization = 'main';
const rtx4090 = 'geforcertx4090-pcie-24gb';

/** Puts the first instances into a world, all of the organization `main`. */
export function plant(world: World, seed: SeedOption): void {
  if (seed === 'demo') plantDemo(world);
  else if (seed === 'showcase') plantShowcase(world);
  else if (seed !== 'empty') plantMany(world, seed.many);
}

/** An instance of every kind. */
function plantDemo(world: World): void {
  const forwards = [22, 8888, 6006].map((internal) => ({ internal, external: 0 }));
  up(world, { name: 'gpu-dev-4090', wantedForwards: forwards });
  up(world, {
    name: 'llm-training-h100',
    image: 'ubuntu2404_ml_pytorch',
    hostnodeId: hostIds.ashburnBig,
    dedicatedIp: true,
    sizes: { vcpus: 32, ramGb: 256, storageGb: 1000, gpus: [{ model: 'h100-sxm5-80gb', count: 2 }] },
  });
  up(world, {
    name: 'build-box',
    hostnodeId: hostIds.ashburnCpu,
    needsGpu: false,
    holdsGpus: false,
    sizes: { vcpus: 8, ramGb: 16, storageGb: 200, gpus: [] },
  });
  put(world, {
    name: 'notebooks',
    status: 'stopped',
    hostnodeId: hostIds.warsaw,
    sizes: sizes('rtxa6000-pcie-48gb'),
  });
  put(world, {
    name: 'transcoder-batch',
    status: 'stoppeddisassociated',
    holdsGpus: false,
    sizes: { vcpus: 8, ramGb: 32, storageGb: 200, gpus: [] },
  });
  world.start(organization, put(world, { name: 'fresh-start', status: 'stopped' }).id);
  put(world, {
    name: 'broken-host',
    status: 'error',
    hostnodeId: hostIds.mumbai,
    sizes: sizes('geforcertx3090-pcie-24gb'),
  });
  up(world, {
    name: 'render-windows',
    image: 'windows10',
    hostnodeId: hostIds.warsaw,
    wantedForwards: [{ internal: 3389, external: 0 }],
    sizes: sizes('geforcertx5090-pcie-32gb'),
  });
  put(world, { name: `experiment-${'with-a-very-long-name-'.repeat(8)}end`, status: 'stopped' });
  put(world, {
    name: 'moving-house',
    status: 'migrating',
    hostnodeId: hostIds.ashburnBig,
    sizes: sizes('a100-pcie-80gb'),
  });
  put(world, {
    name: '<img src=x onerror=alert(1)> $(stop)\u001b[31m \u202ecod.exe\nHost *',
    status: 'stopped',
    holdsGpus: false,
  });
}

/** What a person may well have: for the demo and for pictures. */
function plantShowcase(world: World): void {
  const forwards = [22, 8888, 7860].map((internal) => ({ internal, external: 0 }));
  up(world, { name: 'sdxl-studio', image: 'ubuntu2404_ml_pytorch', wantedForwards: forwards });
  up(world, {
    name: 'llama-finetune',
    image: 'ubuntu2404_ml_pytorch',
    hostnodeId: hostIds.ashburnBig,
    dedicatedIp: true,
    sizes: { vcpus: 32, ramGb: 256, storageGb: 1000, gpus: [{ model: 'h100-sxm5-80gb', count: 2 }] },
  });
  world.start(organization, put(world, { name: 'whisper-batch', status: 'stopped' }).id);
  put(world, {
    name: 'notebooks',
    status: 'stopped',
    hostnodeId: hostIds.warsaw,
    sizes: sizes('rtxa6000-pcie-48gb'),
  });
  put(world, {
    name: 'render-windows',
    image: 'windows10',
    status: 'stopped',
    hostnodeId: hostIds.warsaw,
    wantedForwards: [{ internal: 3389, external: 0 }],
    sizes: sizes('geforcertx5090-pcie-32gb'),
  });
  put(world, { name: 'old-experiments', status: 'stoppeddisassociated', holdsGpus: false });
}

/** Instances of a few kinds, named `instance-0001` and so on. */
export function plantMany(world: World, count: number, owner = organization): void {
  const kinds = ['running', 'stopped', 'stoppeddisassociated', 'running', 'error'];
  for (let index = 0; index < count; index += 1) {
    const status = kinds[index % kinds.length] ?? 'stopped';
    const name = `instance-${String(index + 1).padStart(4, '0')}`;
    const description = { organization: owner, name, status, holdsGpus: false };
    if (status === 'running') up(world, description);
    else put(world, description);
  }
}

function up(world: World, description: Partial<InstanceDescription>): void {
  world.bringUp(put(world, { ...description, status: 'running' }).id);
}

/** Planted instances count as being there before the catalogue was counted, so they take nothing from it. */
function put(world: World, description: Partial<InstanceDescription>): SimulatedInstance {
  return world.add({
    organization,
    name: 'instance',
    image: 'ubuntu2404',
    status: 'stopped',
    hostnodeId: hostIds.chubbuck,
    needsGpu: true,
    holdsGpus: true,
    wantedForwards: [{ internal: 22, external: 0 }],
    sizes: sizes(rtx4090),
    ...description,
  });
}

function sizes(model: string): InstanceDescription['sizes'] {
  return { vcpus: 8, ramGb: 32, storageGb: 200, gpus: [{ model, count: 1 }] };
}
