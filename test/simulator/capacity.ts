import type { Catalogue } from './catalogue';
import {
  Refusal,
  type CreateOrder,
  type Gpu,
  type Host,
  type Machine,
  type Place,
  type Sizes,
} from './model';

/** Who has what left. Creates use it up, deletes give it back. */
export class Capacity {
  /** What the catalogue answers where it is stale: a copy from before. */
  private frozen: Catalogue | undefined;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly listed: boolean,
  ) {}

  /** What is told to those who ask; empty where the catalogue is off. */
  places(): readonly Place[] {
    return this.listed ? this.catalogue.places : [];
  }

  /** What is told to those who ask, perhaps of some time ago. */
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

  /** From now on the catalogue tells what was true now, whatever happens. */
  freeze(): void {
    this.frozen = structuredClone(this.catalogue);
  }

  /** From outside: somebody else took or gave back GPUs. */
  setAvailable(hostId: string, model: string, available: number): void {
    const gpu = this.host(hostId).gpus.find((entry) => entry.model === model);
    if (gpu === undefined) throw new Error(`No ${model} at ${hostId}`);
    gpu.available = available;
  }

  /** Takes what the order needs from a fitting host. Throws a `Refusal` where none fits. */
  place(order: CreateOrder): Host {
    const host = order.hostnodeId === undefined ? this.find(order) : this.named(order, order.hostnodeId);
    if (order.dedicatedIp) {
      if (host.publicIps < 1) throw new Refusal('capacity', 'No available public IPs on hostnode');
      host.publicIps -= 1;
    }
    this.takeGpus(host.id, order.sizes.gpus);
    shift(host, order.sizes, -1);
    return host;
  }

  resize(machine: Machine, to: Sizes, gpusAsked: boolean): void {
    const host = this.host(machine.hostnodeId);
    const before = machine.sizes;
    const held = machine.holdsGpus;
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

  giveBack(machine: Machine): void {
    const host = this.host(machine.hostnodeId);
    if (machine.holdsGpus) this.giveGpus(host.id, machine.sizes.gpus);
    if (machine.dedicatedIp) host.publicIps += 1;
    shift(host, machine.sizes, 1);
  }

  /** All or none; false where there are not enough. */
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
    const there = this.catalogue.hosts.filter(
      (host) => host.locationId === order.locationId && host.online && fits(host, order.sizes),
    );
    const host = there.find((entry) => !order.dedicatedIp || entry.publicIps > 0) ?? there[0];
    if (host === undefined) throw new Refusal('capacity', 'No available nodes found');
    return host;
  }

  private named(order: CreateOrder, id: string): Host {
    const host = this.catalogue.hosts.find((entry) => entry.id === id);
    if (host?.online !== true) throw new Refusal('capacity', 'Hostnode unavailable');
    if (!fits(host, order.sizes)) throw new Refusal('capacity', 'Insufficient capacity on hostnode');
    return host;
  }
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
