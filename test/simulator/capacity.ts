import type { Catalogue } from './catalogue';
import {
  Refusal,
  type CreateOrder,
  type Gpu,
  type Host,
  type SimulatedInstance,
  type SimulatedLocation,
  type Sizes,
} from './model';

/** What each host node has left. Creates take from it, deletes give it back. */
export class Capacity {
  /** What a stale catalog answers: an earlier copy. */
  private frozen: Catalogue | undefined;
  private readonly allPorts: ReadonlyMap<string, ReadonlySet<number>>;

  constructor(
    private readonly catalogue: Catalogue,
    /** False: the catalog is answered empty. */
    public listed: boolean,
  ) {
    this.allPorts = new Map(catalogue.hosts.map((host) => [host.id, new Set(host.ports)]));
  }

  /** What the catalog answers; empty if it is off. */
  locations(): readonly SimulatedLocation[] {
    return this.listed ? this.catalogue.locations : [];
  }

  /** What the catalog answers, which may be old. */
  hosts(): readonly Host[] {
    if (!this.listed) return [];
    return (this.frozen ?? this.catalogue).hosts.filter((host) => host.online);
  }

  /** The true state of a host. */
  host(id: string): Host {
    const found = this.catalogue.hosts.find((host) => host.id === id);
    if (found === undefined) throw new Error(`No hostnode ${id}`);
    return found;
  }

  /** From now on the catalog answers what is true now, whatever happens. */
  freeze(): void {
    this.frozen = structuredClone(this.catalogue);
  }

  /** From outside: someone else took GPUs, or gave some back. */
  setAvailable(hostId: string, model: string, available: number): void {
    const gpu = this.host(hostId).gpus.find((entry) => entry.model === model);
    if (gpu === undefined) throw new Error(`No ${model} at ${hostId}`);
    gpu.available = available;
  }

  /** Takes what the order needs from a host node that fits. Throws a `Refusal` if none does. */
  place(order: CreateOrder): Host {
    const host = order.hostnodeId === undefined ? this.find(order) : this.named(order, order.hostnodeId);
    const named = (order.forwards ?? []).map((forward) => forward.external).filter((port) => port !== 0);
    if (order.hostnodeId !== undefined && !order.dedicatedIp) checkPorts(host, named);
    if (order.dedicatedIp) {
      if (host.publicIps < 1) throw new Refusal('capacity', 'No available public IPs on hostnode');
      host.publicIps -= 1;
    }
    this.takeGpus(host.id, order.sizes.gpus);
    shift(host, order.sizes, -1);
    return host;
  }

  /** Takes an external port; false if the host node doesn't offer it, or it is taken. */
  takePort(hostId: string, port: number): boolean {
    const host = this.host(hostId);
    if (!host.ports.includes(port)) return false;
    host.ports = host.ports.filter((free) => free !== port);
    return true;
  }

  /** Gives a port back, if it is one of the host's. */
  givePort(hostId: string, port: number): void {
    const host = this.host(hostId);
    if (this.allPorts.get(hostId)?.has(port) === true && !host.ports.includes(port))
      host.ports = [...host.ports, port].sort((a, b) => a - b);
  }

  resize(instance: SimulatedInstance, to: Sizes, gpusAsked: boolean): void {
    const host = this.host(instance.hostnodeId);
    checkPerGpu(host, to);
    const before = instance.sizes;
    const held = instance.holdsGpus;
    if (gpusAsked) {
      if (held) this.giveGpus(host.id, before.gpus);
      if (!this.takeGpus(host.id, to.gpus)) {
        if (held) this.takeGpus(host.id, before.gpus);
        throw new Refusal('capacity', 'Insufficient capacity on hostnode');
      }
    }
    shift(host, before, 1);
    if (host.vcpus < to.vcpus || host.ramGb < to.ramGb || host.storageGb < to.storageGb) {
      shift(host, before, -1);
      if (gpusAsked) this.giveGpus(host.id, to.gpus);
      if (gpusAsked && held) this.takeGpus(host.id, before.gpus);
      throw new Refusal('capacity', 'Insufficient capacity on hostnode');
    }
    shift(host, to, -1);
  }

  giveBack(instance: SimulatedInstance): void {
    const host = this.host(instance.hostnodeId);
    if (instance.holdsGpus) this.giveGpus(host.id, instance.sizes.gpus);
    if (instance.dedicatedIp) host.publicIps += 1;
    shift(host, instance.sizes, 1);
  }

  /** Takes all or none; false if there aren't enough. */
  takeGpus(hostId: string, gpus: readonly Gpu[]): boolean {
    const host = this.host(hostId);
    if (!offers(host, gpus)) return false;
    count(host, gpus, -1);
    return true;
  }

  giveGpus(hostId: string, gpus: readonly Gpu[]): void {
    count(this.host(hostId), gpus, 1);
  }

  /** US dollars an hour. */
  rate(hostId: string, sizes: Sizes): number {
    const { prices, gpus } = this.host(hostId);
    const gpuCost = sizes.gpus.reduce(
      (sum, wanted) => sum + wanted.count * (gpus.find((gpu) => gpu.model === wanted.model)?.price ?? 0),
      0,
    );
    const rest = sizes.vcpus * prices.vcpu + sizes.ramGb * prices.ramGb + sizes.storageGb * prices.storageGb;
    return Number((gpuCost + rest).toFixed(6));
  }

  private find(order: CreateOrder): Host {
    const roomy = this.catalogue.hosts.filter(
      (host) => host.locationId === order.locationId && host.online && fits(host, order.sizes),
    );
    const there = roomy.filter((host) => overPerGpu(host, order.sizes) === undefined);
    if (there.length === 0) for (const host of roomy) checkPerGpu(host, order.sizes);
    const host = there.find((entry) => !order.dedicatedIp || entry.publicIps > 0) ?? there[0];
    if (host === undefined) throw new Refusal('capacity', 'No available nodes found');
    return host;
  }

  private named(order: CreateOrder, id: string): Host {
    const host = this.catalogue.hosts.find((entry) => entry.id === id);
    if (host?.online !== true) throw new Refusal('capacity', 'Hostnode unavailable');
    checkPerGpu(host, order.sizes);
    if (!fits(host, order.sizes)) throw new Refusal('capacity', 'Insufficient capacity on hostnode');
    return host;
  }
}

/** The resource of which the host node doesn't allow that much per GPU. An instance without GPUs has no such limit. */
function overPerGpu(host: Host, sizes: Sizes): 'RAM' | 'vCPUs' | undefined {
  const gpus = sizes.gpus.reduce((sum, gpu) => sum + gpu.count, 0);
  if (gpus === 0) return undefined;
  if (sizes.ramGb > gpus * host.maxRamGbPerGpu) return 'RAM';
  return sizes.vcpus > gpus * host.maxVcpusPerGpu ? 'vCPUs' : undefined;
}

function checkPerGpu(host: Host, sizes: Sizes): void {
  const over = overPerGpu(host, sizes);
  if (over !== undefined) throw new Refusal('capacity', `${over} per GPU exceeds ratio limit`);
}

function checkPorts(host: Host, ports: readonly number[]): void {
  const refused = ports.find((port, index) => !host.ports.includes(port) || ports.indexOf(port) !== index);
  if (refused !== undefined)
    throw new Refusal('port', `External port ${refused} is not available on hostnode`);
}

function fits(host: Host, sizes: Sizes): boolean {
  return (
    host.vcpus >= sizes.vcpus &&
    host.ramGb >= sizes.ramGb &&
    host.storageGb >= sizes.storageGb &&
    offers(host, sizes.gpus)
  );
}

function offers(host: Host, gpus: readonly Gpu[]): boolean {
  return gpus.every((wanted) =>
    host.gpus.some((gpu) => gpu.model === wanted.model && gpu.available >= wanted.count),
  );
}

function count(host: Host, gpus: readonly Gpu[], sign: 1 | -1): void {
  for (const wanted of gpus) {
    const gpu = host.gpus.find((entry) => entry.model === wanted.model);
    if (gpu !== undefined) gpu.available += sign * wanted.count;
  }
}

function shift(host: Host, sizes: Sizes, sign: 1 | -1): void {
  host.vcpus += sign * sizes.vcpus;
  host.ramGb += sign * sizes.ramGb;
  host.storageGb += sign * sizes.storageGb;
}
