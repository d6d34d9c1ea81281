import { formatNumber } from '../base/locale';
import * as l10n from '@vscode/l10n';
import { isWindowsImage } from './images';
import { rdpPort, sshPort } from './ports';
import type { CreateRequest, Hostnode, LocationGpu, ModifyRequest, PortForward } from './types';

/** The parts of an instance that a problem can be about. A form shows the problem beside that field. */
export const fields = [
  'gpu',
  'gpuCount',
  'location',
  'vcpus',
  'ram',
  'storage',
  'image',
  'name',
  'access',
  'password',
  'network',
  'ports',
  'cloudInit',
] as const;
export type Field = (typeof fields)[number];

/** What is wrong with one field, in words that a person can act on. */
export interface Problem {
  readonly field: Field;
  readonly message: string;
}

/** The most that one instance can have at a location or host node. A missing limit is unknown. Sizes in GB. */
export interface Limits {
  readonly gpuCount?: number;
  readonly vcpus?: number;
  readonly ramGb?: number;
  readonly storageGb?: number;
  readonly dedicatedIp?: boolean;
  readonly portForwarding?: boolean;
  /** The available public ports of a host node; missing at a location, where the service picks them. */
  readonly ports?: readonly number[];
}

/** RAM sizes in GB that all versions of the documentation allow. */
export const ramSizes: readonly number[] = [
  8, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 512,
];
export const vcpuStep = 2;
export const leastStorageGb = 100;
export const storageStepGb = 50;
export const longestName = 63;
export const leastPasswordLength = 12;

/** The limits of one instance with GPUs of this model at a location. */
export function limitsAtLocation(gpu: LocationGpu): Limits {
  return {
    gpuCount: gpu.maxCount,
    vcpus: gpu.maxVcpus,
    ramGb: gpu.maxRamGb,
    storageGb: gpu.maxStorageGb,
    dedicatedIp: gpu.dedicatedIpAvailable,
    portForwarding: gpu.portForwardingAvailable,
  };
}

/** The limits of one instance on a host node. With GPUs, the limits per GPU apply too. */
export function limitsAtHostnode(host: Hostnode, model: string | undefined, count: number): Limits {
  const gpu = host.gpus.find((offered) => offered.model === model);
  const perGpu = (each: number | undefined): number | undefined =>
    each === undefined || model === undefined || count < 1 ? undefined : each * count;
  return {
    gpuCount: model === undefined ? undefined : gpu ? gpu.availableCount : 0,
    vcpus: least(host.maxVcpus, host.vcpuCount, perGpu(host.maxVcpusPerGpu)),
    ramGb: least(host.maxRamGb, host.ramGb, perGpu(host.maxRamGbPerGpu)),
    storageGb: least(host.maxStorageGb, host.storageGb),
    dedicatedIp: host.publicIpAvailable,
    ports: host.availablePorts,
  };
}

/** The RAM sizes to offer, ascending, always including `current` (of an existing instance). */
export function ramChoices(limits: Limits, current?: number): number[] {
  const most = limits.ramGb ?? Infinity;
  const sizes = new Set(ramSizes.filter((size) => size <= most));
  if (current !== undefined) sizes.add(current);
  return [...sizes].sort((a, b) => a - b);
}

/** The largest multiple of `step` that is at most `wanted` and `most`, but at least `least`. */
export function fit(wanted: number, step: number, least: number, most = Infinity): number {
  return Math.max(least, Math.floor(Math.min(wanted, most) / step) * step);
}

/** Everything that would make the service refuse this create, by field. Empty if it can be sent. */
export function checkCreate(request: CreateRequest, limits: Limits): Problem[] {
  const problems: Problem[] = [];
  const gpu = request.resources.gpus[0];
  const { placement } = request;
  if (!placement) {
    problems.push({ field: 'location', message: l10n.t('Choose a location.') });
  } else if ('locationId' in placement && !gpu) {
    problems.push({
      field: 'gpu',
      message: l10n.t(
        'A location requires at least one GPU. For an instance without a GPU, choose a host node.',
      ),
    });
  }
  if (gpu) problems.push(...checkGpu(gpu.model, gpu.count, limits));
  problems.push(...checkVcpus(request.resources.vcpuCount, limits));
  problems.push(...checkRam(request.resources.ramGb, limits));
  problems.push(...checkStorage(request.resources.storageGb, limits, leastStorageGb));
  problems.push(...checkName(request.name));
  if (request.image.trim() === '') {
    problems.push({ field: 'image', message: l10n.t('Choose an image.') });
  }
  problems.push(...checkAccess(request), ...checkNetwork(request, limits));
  return problems;
}

/** What an existing instance has, as far as known. */
export interface CurrentResources {
  readonly ramGb?: number;
  readonly storageGb?: number;
  readonly gpuCount?: number;
}

/** Everything that would make the service refuse this change, by field. Empty if it can be sent. */
export function checkModify(current: CurrentResources, request: ModifyRequest, limits: Limits): Problem[] {
  const problems: Problem[] = [];
  if (request.gpu) problems.push(...checkGpu(request.gpu.model, request.gpu.count, limits));
  else if ((current.gpuCount ?? 0) > 0) {
    problems.push({ field: 'gpu', message: l10n.t('An instance’s GPU can’t be removed.') });
  }
  problems.push(...checkVcpus(request.vcpuCount, limits));
  if (request.ramGb !== current.ramGb) problems.push(...checkRam(request.ramGb, limits));
  if (current.storageGb !== undefined && request.storageGb < current.storageGb) {
    problems.push({
      field: 'storage',
      message: l10n.t('Storage can only grow. This instance has {0} GB.', formatNumber(current.storageGb)),
    });
  } else if (request.storageGb !== current.storageGb) {
    problems.push(...checkStorage(request.storageGb, limits, leastStorageGb));
  }
  return problems;
}

/** The service only requires a name. Our other rules keep it readable in a tree and a host alias. */
export function checkName(name: string): Problem[] {
  if (name.trim() === '') return [{ field: 'name', message: l10n.t('Enter a name.') }];
  if (name.length > longestName) {
    return [{ field: 'name', message: l10n.t('Use {0} characters or fewer.', longestName) }];
  }
  // eslint-disable-next-line no-control-regex -- this looks for control characters
  if (/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(name)) {
    return [{ field: 'name', message: l10n.t('Remove line breaks and control characters.') }];
  }
  return [];
}

/**
 * The service allows two instances with the same name. We don't: the name helps to find the instance after a create
 * with an unknown outcome, and the same create in two windows makes only one.
 */
export function checkFreeName(name: string, taken: readonly string[]): Problem[] {
  const wanted = name.trim().toLowerCase();
  if (!taken.some((other) => other.toLowerCase() === wanted)) return [];
  return [{ field: 'name', message: l10n.t('You already have an instance with this name.') }];
}

/** A name that isn't in `taken`: the GPU's short name (or `cpu`) and the lowest unused number. */
export function suggestName(model: string | undefined, taken: readonly string[]): string {
  const short = (model ?? 'cpu')
    .toLowerCase()
    .replace(/^(geforce|tesla)/, '')
    .split('-')[0];
  const used = new Set(taken.map((name) => name.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const name = `${short === undefined || short === '' ? 'gpu' : short}-${number}`;
    if (!used.has(name)) return name;
  }
}

/**
 * The port forwards to request: each port once, always including the one to sign in (22, on Windows 3389). At a
 * location, the service picks the public ports (0); a host node that lists available ports wants them from its list.
 */
export function portForwards(image: string, wanted: readonly number[], limits: Limits): PortForward[] {
  const login = isWindowsImage(image) ? rdpPort : sshPort;
  const inner = [...new Set([login, ...wanted])];
  const outer = limits.ports && limits.ports.length >= inner.length ? limits.ports : [];
  return inner.map((internalPort, index) => ({ internalPort, externalPort: outer[index] ?? 0 }));
}

function checkGpu(model: string, count: number, limits: Limits): Problem[] {
  if (model.trim() === '') return [{ field: 'gpu', message: l10n.t('Choose a GPU model.') }];
  if (!isWhole(count) || count < 1) {
    return [{ field: 'gpuCount', message: l10n.t('Enter a whole number, 1 or more.') }];
  }
  if (limits.gpuCount === 0) {
    return [{ field: 'gpu', message: l10n.t('This GPU isn’t available there right now.') }];
  }
  return above('gpuCount', count, limits.gpuCount);
}

function checkVcpus(vcpus: number, limits: Limits): Problem[] {
  if (!isWhole(vcpus) || vcpus < vcpuStep || vcpus % vcpuStep !== 0) {
    return [{ field: 'vcpus', message: l10n.t('Enter an even number, {0} or more.', vcpuStep) }];
  }
  return above('vcpus', vcpus, limits.vcpus);
}

function checkRam(ramGb: number, limits: Limits): Problem[] {
  if (!ramSizes.includes(ramGb)) {
    return [{ field: 'ram', message: l10n.t('Choose a size that TensorDock supports.') }];
  }
  return above('ram', ramGb, limits.ramGb);
}

function checkStorage(storageGb: number, limits: Limits, least: number): Problem[] {
  if (!isWhole(storageGb) || storageGb < least || storageGb % storageStepGb !== 0) {
    return [
      { field: 'storage', message: l10n.t('Enter {0} GB or more, in steps of {1}.', least, storageStepGb) },
    ];
  }
  return above('storage', storageGb, limits.storageGb);
}

function checkAccess(request: CreateRequest): Problem[] {
  if (isWindowsImage(request.image)) {
    const length = request.password?.length ?? 0;
    if (length >= leastPasswordLength) return [];
    const message = l10n.t(
      'Windows needs a password with at least {0} characters. Mix uppercase and lowercase letters, digits, and symbols.',
      leastPasswordLength,
    );
    return [{ field: 'password', message }];
  }
  const keys = [request.sshKey, request.sshKeyId].filter((key) => key !== undefined && key.trim() !== '');
  if (keys.length === 1) return [];
  return [
    {
      field: 'access',
      message: l10n.t('Choose an SSH key. Without one, you can’t sign in to the instance.'),
    },
  ];
}

function checkNetwork(request: CreateRequest, limits: Limits): Problem[] {
  if (request.useDedicatedIp) {
    if (limits.dedicatedIp !== false) return [];
    return [
      { field: 'network', message: l10n.t('No dedicated IP is available there. Use port forwarding.') },
    ];
  }
  if (limits.portForwarding === false) {
    return [
      { field: 'network', message: l10n.t('Port forwarding isn’t available there. Use a dedicated IP.') },
    ];
  }
  const forwards = request.portForwards ?? [];
  const inner = forwards.map((forward) => forward.internalPort);
  if (!isWindowsImage(request.image) && !inner.includes(sshPort)) {
    return [{ field: 'ports', message: l10n.t('Port {0} is required for SSH.', sshPort) }];
  }
  if (inner.some((port) => !isWhole(port) || port < 1 || port > 65_535)) {
    return [{ field: 'ports', message: l10n.t('Ports must be whole numbers from 1 to 65535.') }];
  }
  if (new Set(inner).size !== inner.length) {
    return [{ field: 'ports', message: l10n.t('Enter each port only once.') }];
  }
  return [];
}

function above(field: Field, value: number, most: number | undefined): Problem[] {
  if (most === undefined || value <= most) return [];
  return [{ field, message: l10n.t('{0} is the maximum there.', most) }];
}

function isWhole(value: number): boolean {
  return Number.isInteger(value);
}

function least(...values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
