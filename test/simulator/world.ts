import { systemClock, type Clock } from '../../src/base/clock';
import type { Disposable } from '../../src/base/disposable';
import { Billing } from './billing';
import { Capacity } from './capacity';
import { makeCatalogue, type Catalogue } from './catalogue';
import { Refusal, type CreateOrder, type ModifyOrder, type SimulatedInstance } from './model';
import { delaysOf, type Delays, type ServiceOptions } from './options';
import {
  assignForwards,
  documentationAddresses,
  releaseForwards,
  releaseReserved,
  reserveForwards,
  type AddressBook,
} from './ports';
import { Random } from './random';
import { SecretStore } from './secretStore';
import { InstanceTimers } from './timers';

/** What a test can change while the world runs. */
export interface WorldSettings {
  delays: Delays;
  /** The state that a stop ends in; `random`: one of the two, for an instance with GPUs. */
  stopEndsIn: 'stopped' | 'stoppeddisassociated' | 'random';
  /** The status of an instance from its create until it is up. */
  createdStatus: string;
  /** The chance, 0 to 1, that an instance stops by itself right after it comes up. */
  flakiness: number;
  /** Where instances get their addresses from. */
  addresses: AddressBook;
}

/**
 * TensorDock without HTTP: instances and their lives, locations, secrets. Time comes from the clock, chance from
 * the seed. The service's own calls throw a `Refusal` where the service would refuse. The other methods are what
 * happens from outside (the web dashboard, a failing host) and throw only for IDs that don't exist.
 */
export class World implements Disposable {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: WorldSettings;
  readonly capacity: Capacity;
  readonly billing: Billing;
  readonly secrets: SecretStore;
  private readonly instances = new Map<string, SimulatedInstance>();
  private readonly timers: InstanceTimers;
  private readonly listeners = new Set<(instance: SimulatedInstance) => void>();
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
    this.secrets = new SecretStore(this.random);
    this.timers = new InstanceTimers(this.clock);
    this.capacity = new Capacity(catalogue, options.catalogue ?? true);
    this.billing = new Billing(this, options.balance);
  }

  dispose(): void {
    this.billing.dispose();
    this.timers.dispose();
    this.listeners.clear();
  }

  /** Called after any change of an instance. One that is gone has the status `deleted`. */
  onDidChange(listener: (instance: SimulatedInstance) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** All instances of all organizations or of one, oldest first, including those not visible yet. */
  all(organization?: string): readonly SimulatedInstance[] {
    return [...this.instances.values()].filter(
      (instance) => organization === undefined || instance.organization === organization,
    );
  }

  /** The instances that the service lists for an organization now. */
  list(organization: string): readonly SimulatedInstance[] {
    return this.all(organization).filter((instance) => instance.visibleAt <= this.clock.now());
  }

  /** The instance with this ID. Throws a `Refusal` if the organization has none. */
  get(organization: string, id: string): SimulatedInstance {
    const instance = this.instances.get(id);
    if (instance?.organization !== organization || instance.visibleAt > this.clock.now()) {
      throw new Refusal('not-found', 'Instance not found');
    }
    return instance;
  }

  /** The instance with this ID, of any organization, visible or not. Throws an `Error` if there is none. */
  instance(id: string): SimulatedInstance {
    const instance = this.instances.get(id);
    if (instance === undefined) throw new Error(`No instance ${id}`);
    return instance;
  }

  create(organization: string, order: CreateOrder): SimulatedInstance {
    this.billing.mayCreate(organization);
    const keys = [order.sshKey, this.secrets.keyOf(organization, order.sshKeyId)].filter(
      (key) => key !== undefined,
    );
    const host = this.capacity.place(order);
    const instance = this.add({
      organization,
      name: order.name,
      image: order.image,
      status: this.settings.createdStatus,
      sizes: order.sizes,
      needsGpu: order.sizes.gpus.length > 0,
      holdsGpus: order.sizes.gpus.length > 0,
      hostnodeId: host.id,
      dedicatedIp: order.dedicatedIp,
      wantedForwards:
        host.ignoresForwards || order.dedicatedIp ? [] : reserveForwards(this.capacity, host.id, order),
      keys,
      visibleAt: this.clock.now() + this.settings.delays.visible,
      cloudInit: order.cloudInit,
    });
    this.boot(instance);
    return instance;
  }

  start(organization: string, id: string): SimulatedInstance {
    const instance = this.present(organization, id);
    if (isUp(instance)) throw new Refusal('conflict', 'Instance is already running');
    if (isBusy(instance)) throw new Refusal('conflict', `Instance is ${instance.status}, try again later`);
    if (instance.needsGpu && instance.sizes.gpus.length === 0) throw new Refusal('no-gpu', 'Host has no GPU');
    if (instance.needsGpu && !instance.holdsGpus) {
      if (!this.capacity.takeGpus(instance.hostnodeId, instance.sizes.gpus)) {
        throw new Refusal('no-gpu', 'No available GPUs');
      }
      instance.holdsGpus = true;
    }
    this.timers.cancel(id);
    instance.status = 'starting';
    this.boot(instance);
    return instance;
  }

  stop(organization: string, id: string): SimulatedInstance {
    const instance = this.present(organization, id);
    if (!isUp(instance)) {
      throw new Refusal('conflict', `Machine is ${instance.status}, therefore it cannot be stopped`);
    }
    this.timers.cancel(id);
    this.goDark(instance);
    instance.status = 'stopping';
    const released = this.stopReleases(instance);
    this.changed(instance);
    this.timers.after(instance.id, this.settings.delays.stop, () => this.halt(instance, released));
    return instance;
  }

  modify(organization: string, id: string, order: ModifyOrder): SimulatedInstance {
    const instance = this.present(organization, id);
    const isStopped = instance.status === 'stopped' || instance.status === 'stoppeddisassociated';
    if (!isStopped || instance.blinking) {
      throw new Refusal('state', "Instance must be in 'Stopped' or 'StoppedDisassociated' state");
    }
    const before = instance.sizes;
    const sizes = {
      vcpus: order.vcpus ?? before.vcpus,
      ramGb: order.ramGb ?? before.ramGb,
      storageGb: order.storageGb ?? before.storageGb,
      gpus: order.gpu === undefined ? before.gpus : [order.gpu],
    };
    this.capacity.resize(instance, sizes, order.gpu !== undefined);
    instance.holdsGpus = instance.holdsGpus || order.gpu !== undefined;
    instance.sizes = sizes;
    instance.rateHourly = this.capacity.rate(instance.hostnodeId, sizes);
    this.timers.cancel(id);
    const { modify } = this.settings.delays;
    const after = instance.needsGpu && !instance.holdsGpus ? 'stoppeddisassociated' : 'stopped';
    instance.status = modify > 0 ? 'pending' : after;
    this.changed(instance);
    if (modify > 0) this.timers.after(instance.id, modify, () => this.setStatus(id, after));
    return instance;
  }

  /** Deletes the instance at once; it stays listed as `deleting` for a while. */
  delete(organization: string, id: string): SimulatedInstance {
    const instance = this.present(organization, id);
    this.timers.cancel(id);
    this.goDark(instance);
    instance.status = 'deleting';
    this.capacity.giveBack(instance);
    instance.holdsGpus = false;
    this.changed(instance);
    this.timers.after(instance.id, this.settings.delays.remove, () => this.vanish(id));
    return instance;
  }

  /** From outside: adds an instance as described, whatever capacity and balance there is. */
  add(description: InstanceDescription): SimulatedInstance {
    this.serial += 1;
    const instance: SimulatedInstance = {
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
    this.instances.set(instance.id, instance);
    this.changed(instance);
    return instance;
  }

  /** From outside: runs at once and is reachable at a new address. */
  bringUp(id: string): void {
    const instance = this.instance(id);
    this.timers.cancel(id);
    this.goDark(instance);
    instance.status = 'running';
    instance.ipAddress = this.settings.addresses.address(instance);
    this.assignForwards(instance);
    instance.sshUp = true;
    instance.keysReady = true;
    this.changed(instance);
  }

  /** From outside: stops at once, because of a failing host or an empty balance. */
  stopByItself(id: string, status: 'stopped' | 'stoppeddisassociated' | 'error' = 'stopped'): void {
    const instance = this.instance(id);
    this.timers.cancel(id);
    this.goDark(instance);
    if (status === 'error') this.setStatus(id, 'error');
    else this.halt(instance, status === 'stoppeddisassociated');
  }

  /** From outside: disappears at once, from the list too. */
  vanish(id: string): void {
    const instance = this.instance(id);
    this.timers.cancel(id);
    this.goDark(instance);
    if (instance.status !== 'deleting') this.capacity.giveBack(instance);
    releaseReserved(instance, this.capacity);
    this.instances.delete(id);
    instance.status = 'deleted';
    this.changed(instance);
  }

  /** From outside: changes the status word, and nothing else. */
  setStatus(id: string, status: string): void {
    const instance = this.instance(id);
    instance.status = status;
    this.changed(instance);
  }

  rename(id: string, name: string): void {
    const instance = this.instance(id);
    instance.name = name;
    this.changed(instance);
  }

  /** From outside: a stopped instance's GPU went back to the pool and is gone from its resources. */
  loseGpu(id: string): void {
    const instance = this.instance(id);
    if (instance.holdsGpus) this.capacity.giveGpus(instance.hostnodeId, instance.sizes.gpus);
    instance.holdsGpus = false;
    instance.sizes = { ...instance.sizes, gpus: [] };
    instance.status = 'stoppeddisassociated';
    this.changed(instance);
  }

  /** From outside: other external ports at the same address. */
  moveForwards(id: string): void {
    const instance = this.instance(id);
    this.assignForwards(instance);
    this.changed(instance);
  }

  private boot(instance: SimulatedInstance): void {
    this.goDark(instance);
    const { blinkAfter, blink, boot, address, forwards, ssh, keys } = this.settings.delays;
    const shown = instance.status;
    if (blink > 0) {
      this.timers.after(instance.id, blinkAfter, () => {
        instance.blinking = true;
        this.setStatus(instance.id, 'stoppeddisassociated');
      });
      this.timers.after(instance.id, blinkAfter + blink, () => {
        instance.blinking = false;
        if (instance.status === 'stoppeddisassociated') this.setStatus(instance.id, shown);
      });
    }
    const steps: readonly [number, () => void][] = [
      [boot, () => (instance.status = 'running')],
      [this.random.within(address), () => (instance.ipAddress = this.settings.addresses.address(instance))],
      [forwards, () => this.assignForwards(instance)],
      [ssh, () => (instance.sshUp = true)],
      [keys, () => (instance.keysReady = true)],
    ];
    let at = 0;
    for (const [ms, step] of steps) {
      at += ms;
      this.timers.after(instance.id, at, () => {
        step();
        this.changed(instance);
      });
    }
    if (this.random.next() < this.settings.flakiness) {
      this.timers.after(instance.id, at, () => this.stopByItself(instance.id));
    }
    this.changed(instance);
  }

  private assignForwards(instance: SimulatedInstance): void {
    assignForwards(instance, this.all(), this.capacity, this.settings.addresses);
  }

  private halt(instance: SimulatedInstance, released: boolean): void {
    if (released && instance.holdsGpus) {
      this.capacity.giveGpus(instance.hostnodeId, instance.sizes.gpus);
      instance.holdsGpus = false;
    }
    this.setStatus(instance.id, released ? 'stoppeddisassociated' : 'stopped');
  }

  private stopReleases(instance: SimulatedInstance): boolean {
    const { stopEndsIn } = this.settings;
    if (stopEndsIn === 'random') return instance.needsGpu && this.random.next() < 0.5;
    return stopEndsIn === 'stoppeddisassociated';
  }

  private goDark(instance: SimulatedInstance): void {
    instance.ipAddress = '';
    releaseForwards(instance, this.capacity);
    instance.blinking = false;
    instance.sshUp = false;
    instance.keysReady = false;
  }

  private present(organization: string, id: string): SimulatedInstance {
    const instance = this.get(organization, id);
    if (instance.status === 'deleting') throw new Refusal('not-found', 'Instance not found');
    return instance;
  }

  private changed(instance: SimulatedInstance): void {
    for (const listener of [...this.listeners]) listener(instance);
  }
}

/** What `World.add` needs to know; the rest gets defaults. */
export type InstanceDescription = Pick<
  SimulatedInstance,
  'organization' | 'name' | 'image' | 'status' | 'sizes' | 'needsGpu' | 'holdsGpus' | 'hostnodeId'
> &
  Partial<Omit<SimulatedInstance, 'serial'>>;

/** An instance that shows `stoppeddisassociated` for a moment while it boots is up. */
function isUp(instance: SimulatedInstance): boolean {
  const words = ['creating', 'starting', 'running', 'queued', 'provisioning'];
  return instance.blinking || words.includes(instance.status);
}

function isBusy(instance: SimulatedInstance): boolean {
  return instance.status === 'stopping' || instance.status === 'pending';
}
