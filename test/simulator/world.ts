import { systemClock, type Clock } from '../../src/base/clock';
import type { Disposable } from '../../src/base/disposable';
import { Billing } from './billing';
import { Capacity } from './capacity';
import { makeCatalogue, type Catalogue } from './catalogue';
import {
  isWindows,
  Refusal,
  type CreateOrder,
  type Forward,
  type Gpu,
  type Machine,
  type ModifyOrder,
  type Secret,
} from './model';
import { delaysOf, type Delays, type ServiceOptions } from './options';
import { Random } from './random';

/** What a test may turn while the world runs. */
export interface WorldSettings {
  delays: Delays;
  /** What a stop ends in; `random`: either, for an instance with GPUs. */
  stopEndsIn: 'stopped' | 'stoppeddisassociated' | 'random';
  /** Status an instance shows from its create until it is up. */
  createdStatus: string;
  /** Chance of 0 to 1 that an instance stops by itself right after it came up. */
  flakiness: number;
  /** Where instances find their addresses. */
  addresses: AddressBook;
}

/** Gives out addresses and outside ports. */
export interface AddressBook {
  address(machine: Machine): string;
  /** `free`: the ports that the host node lists as available; `taken`: those that its other instances have. */
  port(wanted: Forward, free: readonly number[], taken: ReadonlySet<number>): number;
}

/**
 * TensorDock without a wire: instances and their lives, places, secrets. Time is the clock's, chance the
 * seed's. Methods that the service offers throw a `Refusal` where the service would say no; the others are
 * what happens from outside (the web dashboard, a failing host) and throw only for ids that are not there.
 */
export class World implements Disposable {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: WorldSettings;
  readonly capacity: Capacity;
  readonly billing: Billing;
  private readonly machines = new Map<string, Machine>();
  private readonly secrets = new Map<string, Secret>();
  private readonly timers = new Map<string, Set<Disposable>>();
  private readonly listeners = new Set<(machine: Machine) => void>();
  private serial = 0;

  constructor(options: ServiceOptions = {}, catalogue: Catalogue = makeCatalogue()) {
    this.clock = options.clock ?? systemClock;
    this.random = new Random(options.randomSeed ?? 1);
    this.settings = {
      delays: delaysOf(options.delays),
      stopEndsIn: 'stopped',
      createdStatus: (options.dialect ?? 'live') === 'live' ? 'running' : 'starting',
      flakiness: 0,
      addresses: documentationAddresses(this.random),
    };
    this.capacity = new Capacity(catalogue, options.catalogue ?? true);
    this.billing = new Billing(this, options.balance);
  }

  dispose(): void {
    this.billing.dispose();
    for (const id of [...this.timers.keys()]) this.forgetTimers(id);
    this.listeners.clear();
  }

  /** Told of each machine after anything about it changed; a machine that is gone has the status `deleted`. */
  onDidChange(listener: (machine: Machine) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** All machines, of all organisations or one, oldest first, also those that cannot be seen yet. */
  all(organisation?: string): readonly Machine[] {
    return [...this.machines.values()].filter(
      (machine) => organisation === undefined || machine.organisation === organisation,
    );
  }

  /** What the service lists for an organisation now. */
  list(organisation: string): readonly Machine[] {
    return this.all(organisation).filter((machine) => machine.visibleAt <= this.clock.now());
  }

  /** What the service knows by that id. Throws a `Refusal` where there is nothing. */
  get(organisation: string, id: string): Machine {
    const machine = this.machines.get(id);
    if (machine?.organisation !== organisation || machine.visibleAt > this.clock.now()) {
      throw new Refusal('not-found', 'Instance not found');
    }
    return machine;
  }

  /** A machine by id, whoever's it is and whether or not it is visible. */
  machine(id: string): Machine {
    const machine = this.machines.get(id);
    if (machine === undefined) throw new Error(`No machine ${id}`);
    return machine;
  }

  create(organisation: string, order: CreateOrder): Machine {
    this.billing.mayCreate(organisation);
    const keys = [order.sshKey, this.keyOf(organisation, order.sshKeyId)].filter((key) => key !== undefined);
    const host = this.capacity.place(order);
    const machine = this.add({
      organisation,
      name: order.name,
      image: order.image,
      status: this.settings.createdStatus,
      sizes: order.sizes,
      needsGpu: order.sizes.gpus.length > 0,
      holdsGpus: order.sizes.gpus.length > 0,
      hostnodeId: host.id,
      dedicatedIp: order.dedicatedIp,
      wantedForwards: host.ignoresForwards || order.dedicatedIp ? [] : this.reserve(host.id, order),
      keys,
      visibleAt: this.clock.now() + this.settings.delays.visible,
      cloudInit: order.cloudInit,
    });
    this.boot(machine);
    return machine;
  }

  start(organisation: string, id: string): Machine {
    const machine = this.present(organisation, id);
    if (isUp(machine)) throw new Refusal('conflict', 'Instance is already running');
    if (isBusy(machine)) throw new Refusal('conflict', `Instance is ${machine.status}, try again later`);
    if (machine.needsGpu && machine.sizes.gpus.length === 0) throw new Refusal('no-gpu', 'Host has no GPU');
    if (machine.needsGpu && !machine.holdsGpus) {
      if (!this.capacity.takeGpus(machine.hostnodeId, machine.sizes.gpus)) {
        throw new Refusal('no-gpu', 'No available GPUs');
      }
      machine.holdsGpus = true;
    }
    this.forgetTimers(id);
    machine.status = 'starting';
    this.boot(machine);
    return machine;
  }

  stop(organisation: string, id: string): Machine {
    const machine = this.present(organisation, id);
    if (!isUp(machine)) {
      throw new Refusal('conflict', `Machine is ${machine.status}, therefore it cannot be stopped`);
    }
    this.forgetTimers(id);
    this.goDark(machine);
    machine.status = 'stopping';
    const released = this.stopReleases(machine);
    this.changed(machine);
    this.later(machine, this.settings.delays.stop, () => this.halt(machine, released));
    return machine;
  }

  modify(organisation: string, id: string, order: ModifyOrder): Machine {
    const machine = this.present(organisation, id);
    const isStopped = machine.status === 'stopped' || machine.status === 'stoppeddisassociated';
    if (!isStopped || machine.blinking) {
      throw new Refusal('state', "Instance must be in 'Stopped' or 'StoppedDisassociated' state");
    }
    const before = machine.sizes;
    const sizes = {
      vcpus: order.vcpus ?? before.vcpus,
      ramGb: order.ramGb ?? before.ramGb,
      storageGb: order.storageGb ?? before.storageGb,
      gpus: order.gpu === undefined ? before.gpus : [order.gpu],
    };
    this.capacity.resize(machine, sizes, order.gpu !== undefined);
    machine.holdsGpus = machine.holdsGpus || order.gpu !== undefined;
    machine.sizes = sizes;
    machine.rateHourly = this.capacity.rate(machine.hostnodeId, sizes);
    this.forgetTimers(id);
    const { modify } = this.settings.delays;
    const after = machine.needsGpu && !machine.holdsGpus ? 'stoppeddisassociated' : 'stopped';
    machine.status = modify > 0 ? 'pending' : after;
    this.changed(machine);
    if (modify > 0) this.later(machine, modify, () => this.setStatus(id, after));
    return machine;
  }

  /** Ends the machine at once; it is listed as `deleting` for a while yet. */
  delete(organisation: string, id: string): Machine {
    const machine = this.present(organisation, id);
    this.forgetTimers(id);
    this.goDark(machine);
    machine.status = 'deleting';
    this.capacity.giveBack(machine);
    machine.holdsGpus = false;
    this.changed(machine);
    this.later(machine, this.settings.delays.remove, () => this.vanish(id));
    return machine;
  }

  addSecret(organisation: string, name: string, kind: string, value: string): Secret {
    const secret = { id: this.random.uuid(), organisation, name, kind, value };
    this.secrets.set(secret.id, secret);
    return secret;
  }

  listSecrets(organisation: string): readonly Secret[] {
    return [...this.secrets.values()].filter((secret) => secret.organisation === organisation);
  }

  getSecret(organisation: string, id: string): Secret {
    const secret = this.secrets.get(id);
    if (secret?.organisation !== organisation) throw new Refusal('not-found', 'Secret not found');
    return secret;
  }

  deleteSecret(organisation: string, id: string): void {
    this.secrets.delete(this.getSecret(organisation, id).id);
  }

  /** From outside: a machine that is there, as it is described, without asking capacity or money. */
  add(description: MachineDescription): Machine {
    this.serial += 1;
    const machine: Machine = {
      ipAddress: '',
      forwards: [],
      sshUp: false,
      keysReady: false,
      blinking: false,
      visibleAt: 0,
      cloudInit: undefined,
      dedicatedIp: false,
      wantedForwards: [],
      keys: [],
      id: this.random.uuid(),
      locationId: this.capacity.host(description.hostnodeId).locationId,
      rateHourly: this.capacity.rate(description.hostnodeId, description.sizes),
      ...description,
      serial: this.serial,
    };
    this.machines.set(machine.id, machine);
    this.changed(machine);
    return machine;
  }

  /** From outside: up and reachable at once, at a new address. */
  bringUp(id: string): void {
    const machine = this.machine(id);
    this.forgetTimers(id);
    this.goDark(machine);
    machine.status = 'running';
    machine.ipAddress = this.settings.addresses.address(machine);
    machine.forwards = this.assignForwards(machine);
    machine.sshUp = true;
    machine.keysReady = true;
    this.changed(machine);
  }

  /** From outside: stopped at once, by a failing host or an empty account. */
  stopByItself(id: string, status: 'stopped' | 'stoppeddisassociated' | 'error' = 'stopped'): void {
    const machine = this.machine(id);
    this.forgetTimers(id);
    this.goDark(machine);
    if (status === 'error') this.setStatus(id, 'error');
    else this.halt(machine, status === 'stoppeddisassociated');
  }

  /** From outside: gone at once, from the list too. */
  vanish(id: string): void {
    const machine = this.machine(id);
    this.forgetTimers(id);
    this.goDark(machine);
    if (machine.status !== 'deleting') this.capacity.giveBack(machine);
    for (const { external } of machine.wantedForwards) {
      if (external !== 0) this.capacity.givePort(machine.hostnodeId, external);
    }
    this.machines.delete(id);
    machine.status = 'deleted';
    this.changed(machine);
  }

  /** From outside: any word, and nothing else changes. */
  setStatus(id: string, status: string): void {
    const machine = this.machine(id);
    machine.status = status;
    this.changed(machine);
  }

  rename(id: string, name: string): void {
    const machine = this.machine(id);
    machine.name = name;
    this.changed(machine);
  }

  /** From outside: a stopped machine's GPU went back to the pool, and is no longer in its resources. */
  loseGpu(id: string): void {
    const machine = this.machine(id);
    if (machine.holdsGpus) this.capacity.giveGpus(machine.hostnodeId, machine.sizes.gpus);
    machine.holdsGpus = false;
    machine.sizes = { ...machine.sizes, gpus: [] };
    machine.status = 'stoppeddisassociated';
    this.changed(machine);
  }

  /** From outside: another outside port for what is forwarded, at the same address. */
  moveForwards(id: string): void {
    const machine = this.machine(id);
    machine.forwards = this.assignForwards(machine);
    this.changed(machine);
  }

  private boot(machine: Machine): void {
    this.goDark(machine);
    const { blinkAfter, blink, boot, address, forwards, ssh, keys } = this.settings.delays;
    const shown = machine.status;
    if (blink > 0) {
      this.later(machine, blinkAfter, () => {
        machine.blinking = true;
        this.setStatus(machine.id, 'stoppeddisassociated');
      });
      this.later(machine, blinkAfter + blink, () => {
        machine.blinking = false;
        if (machine.status === 'stoppeddisassociated') this.setStatus(machine.id, shown);
      });
    }
    const steps: readonly [number, () => void][] = [
      [boot, () => (machine.status = 'running')],
      [this.random.within(address), () => (machine.ipAddress = this.settings.addresses.address(machine))],
      [forwards, () => (machine.forwards = this.assignForwards(machine))],
      [ssh, () => (machine.sshUp = true)],
      [keys, () => (machine.keysReady = true)],
    ];
    let at = 0;
    for (const [ms, step] of steps) {
      at += ms;
      this.later(machine, at, () => {
        step();
        this.changed(machine);
      });
    }
    if (this.random.next() < this.settings.flakiness) {
      this.later(machine, at, () => this.stopByItself(machine.id));
    }
    this.changed(machine);
  }

  private assignForwards(machine: Machine): readonly Forward[] {
    if (machine.dedicatedIp) return [];
    this.releasePorts(machine);
    const host = this.capacity.host(machine.hostnodeId);
    const neighbors = this.all().filter(
      (other) => other.id !== machine.id && other.hostnodeId === machine.hostnodeId,
    );
    const taken = new Set(
      neighbors.flatMap(({ forwards, wantedForwards }) =>
        [...forwards, ...wantedForwards].map((forward) => forward.external),
      ),
    );
    return machine.wantedForwards.map((wanted) => {
      const external = this.settings.addresses.port(wanted, host.ports, taken);
      taken.add(external);
      this.capacity.takePort(machine.hostnodeId, external);
      return { internal: wanted.internal, external };
    });
  }

  /** Ports that the service picked go back to the host node; those that the create named stay reserved. */
  private releasePorts(machine: Machine): void {
    const reserved = new Set(machine.wantedForwards.map((forward) => forward.external));
    for (const { external } of machine.forwards) {
      if (!reserved.has(external)) this.capacity.givePort(machine.hostnodeId, external);
    }
    machine.forwards = [];
  }

  /** The forwards of a create. An external port that isn't free is picked by the service, as at a location. */
  private reserve(hostId: string, order: CreateOrder): readonly Forward[] {
    return (order.forwards ?? defaultForwards(order)).map(({ internal, external }) => ({
      internal,
      external: this.capacity.takePort(hostId, external) ? external : 0,
    }));
  }

  private halt(machine: Machine, released: boolean): void {
    if (released && machine.holdsGpus) {
      this.capacity.giveGpus(machine.hostnodeId, machine.sizes.gpus);
      machine.holdsGpus = false;
    }
    this.setStatus(machine.id, released ? 'stoppeddisassociated' : 'stopped');
  }

  private stopReleases(machine: Machine): boolean {
    const { stopEndsIn } = this.settings;
    if (stopEndsIn === 'random') return machine.needsGpu && this.random.next() < 0.5;
    return stopEndsIn === 'stoppeddisassociated';
  }

  private goDark(machine: Machine): void {
    machine.ipAddress = '';
    this.releasePorts(machine);
    machine.blinking = false;
    machine.sshUp = false;
    machine.keysReady = false;
  }

  private present(organisation: string, id: string): Machine {
    const machine = this.get(organisation, id);
    if (machine.status === 'deleting') throw new Refusal('not-found', 'Instance not found');
    return machine;
  }

  private keyOf(organisation: string, id: string | undefined): string | undefined {
    if (id === undefined) return undefined;
    const secret = this.listSecrets(organisation).find((entry) => entry.id === id && entry.kind === 'SSHKEY');
    if (secret === undefined) throw new Refusal('not-found', 'SSH key not found');
    return secret.value;
  }

  private later(machine: Machine, ms: number, callback: () => void): void {
    if (ms <= 0) {
      callback();
      return;
    }
    const timers = this.timers.get(machine.id) ?? new Set<Disposable>();
    this.timers.set(machine.id, timers);
    const timer = this.clock.after(ms, () => {
      timers.delete(timer);
      callback();
    });
    timers.add(timer);
  }

  private forgetTimers(id: string): void {
    for (const timer of this.timers.get(id) ?? []) timer.dispose();
    this.timers.delete(id);
  }

  private changed(machine: Machine): void {
    for (const listener of [...this.listeners]) listener(machine);
  }
}

/** What `World.add` must be told; the rest is made up. */
export type MachineDescription = Pick<
  Machine,
  'organisation' | 'name' | 'image' | 'status' | 'sizes' | 'needsGpu' | 'holdsGpus' | 'hostnodeId'
> &
  Partial<Omit<Machine, 'serial'>>;

/** Addresses that lead nowhere, from the ranges set aside for documentation. */
function documentationAddresses(random: Random): AddressBook {
  return {
    address: (machine) => `${machine.dedicatedIp ? '198.51.100' : '203.0.113'}.${random.whole(1, 254)}`,
    port: (wanted, free, taken) => {
      if (wanted.external !== 0) return wanted.external;
      if (free.length > 0) return random.pick(free);
      for (;;) {
        const port = random.whole(20_000, 60_000);
        if (!taken.has(port)) return port;
      }
    },
  };
}

/** A service that is not told which ports to forward forwards what is needed to log in. */
function defaultForwards(order: CreateOrder): readonly Forward[] {
  return order.dedicatedIp ? [] : [{ internal: isWindows(order.image) ? 3389 : 22, external: 0 }];
}

/** One that shows `stoppeddisassociated` for a moment while it boots is up all the same. */
function isUp(machine: Machine): boolean {
  const words = ['creating', 'starting', 'running', 'queued', 'provisioning'];
  return machine.blinking || words.includes(machine.status);
}

function isBusy(machine: Machine): boolean {
  return machine.status === 'stopping' || machine.status === 'pending';
}

/** All of `gpus` in words, for messages and names. */
export function gpuText(gpus: readonly Gpu[]): string {
  return gpus.map((gpu) => `${gpu.count}x ${gpu.model}`).join(', ');
}
