import type { Capacity } from './capacity';
import { isWindows, type CreateOrder, type Forward, type SimulatedInstance } from './model';
import type { Random } from './random';

/** Gives out addresses and external ports. */
export interface AddressBook {
  address(instance: SimulatedInstance): string;
  /** `free`: the ports that the host node lists as available; `taken`: those that its other instances have. */
  port(wanted: Forward, free: readonly number[], taken: ReadonlySet<number>): number;
}

/** The forwards of a create. An external port that isn't free is picked by the service, as at a location. */
export function reserveForwards(capacity: Capacity, hostId: string, order: CreateOrder): readonly Forward[] {
  return (order.forwards ?? defaultForwards(order)).map(({ internal, external }) => ({
    internal,
    external: capacity.takePort(hostId, external) ? external : 0,
  }));
}

/** Gives an instance its external ports, none of which another instance of its host node has. */
export function assignForwards(
  instance: SimulatedInstance,
  all: readonly SimulatedInstance[],
  capacity: Capacity,
  addresses: AddressBook,
): void {
  releaseForwards(instance, capacity);
  if (instance.dedicatedIp) return;
  const host = capacity.host(instance.hostnodeId);
  const taken = new Set(
    all
      .filter((other) => other.id !== instance.id && other.hostnodeId === host.id)
      .flatMap(({ forwards, wantedForwards }) => [...forwards, ...wantedForwards])
      .map((forward) => forward.external),
  );
  instance.forwards = instance.wantedForwards.map((wanted) => {
    const external = addresses.port(wanted, host.ports, taken);
    taken.add(external);
    capacity.takePort(host.id, external);
    return { internal: wanted.internal, external };
  });
}

/** Ports that the service picked go back to the host node; those that the create named stay reserved. */
export function releaseForwards(instance: SimulatedInstance, capacity: Capacity): void {
  const reserved = new Set(instance.wantedForwards.map((forward) => forward.external));
  for (const { external } of instance.forwards) {
    if (!reserved.has(external)) capacity.givePort(instance.hostnodeId, external);
  }
  instance.forwards = [];
}

/** The reserved ports of an instance that is gone go back, too. */
export function releaseReserved(instance: SimulatedInstance, capacity: Capacity): void {
  for (const { external } of instance.wantedForwards) {
    if (external !== 0) capacity.givePort(instance.hostnodeId, external);
  }
}

/** Addresses that lead nowhere, from the ranges reserved for documentation. */
export function documentationAddresses(random: Random): AddressBook {
  return {
    address: (instance) => `${instance.dedicatedIp ? '198.51.100' : '203.0.113'}.${random.whole(1, 254)}`,
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

/** Without any forwards in the create, the service forwards what is needed to sign in. */
function defaultForwards(order: CreateOrder): readonly Forward[] {
  return [{ internal: isWindows(order.image) ? 3389 : 22, external: 0 }];
}
