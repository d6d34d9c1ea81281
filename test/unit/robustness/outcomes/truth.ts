import type { SimulatedInstance } from '../../../simulator/model';
import type { SimulatedService } from '../../../simulator/service';

/** One change that the service carried out for somebody who called it. */
export interface Effect {
  readonly at: number;
  readonly action: 'start' | 'stop' | 'modify' | 'delete' | 'create';
  readonly id: string;
}

interface Moment {
  readonly at: number;
  readonly status: string;
  readonly sizes: string;
}

/** The simulator's own record: what it carried out, and how each instance was at each time. */
export class Truth {
  readonly effects: Effect[] = [];
  /** Every instance that ever was, as it is or was last. */
  readonly instances = new Map<string, SimulatedInstance>();
  private readonly moments = new Map<string, Moment[]>();

  constructor(private readonly service: SimulatedService) {
    const { world } = service;
    for (const instance of world.all()) this.look(instance);
    world.onDidChange((instance) => this.look(instance));
    const note = (action: Effect['action'], id: string): void =>
      void this.effects.push({ at: this.now, action, id });
    const [create, start, stop] = [world.create.bind(world), world.start.bind(world), world.stop.bind(world)];
    const [modify, remove] = [world.modify.bind(world), world.delete.bind(world)];
    world.create = (organization, order) => {
      const made = create(organization, order);
      note('create', made.id);
      return made;
    };
    world.start = (organization, id) => {
      const started = start(organization, id);
      note('start', id);
      return started;
    };
    world.stop = (organization, id) => {
      const stopped = stop(organization, id);
      note('stop', id);
      return stopped;
    };
    world.modify = (organization, id, order) => {
      const modified = modify(organization, id, order);
      note('modify', id);
      return modified;
    };
    world.delete = (organization, id) => {
      const deleted = remove(organization, id);
      note('delete', id);
      return deleted;
    };
  }

  /** Whether the instance was so at some time between the two. */
  was(id: string, from: number, to: number, test: (status: string, sizes: string) => boolean): boolean {
    const moments = this.moments.get(id) ?? [];
    return moments.some(
      ({ at, status, sizes }, index) =>
        at <= to && (moments[index + 1]?.at ?? Infinity) >= from && test(status, sizes),
    );
  }

  /** When the instance was so, from and to. */
  spans(id: string, test: (status: string) => boolean): readonly { from: number; to: number }[] {
    const moments = this.moments.get(id) ?? [];
    return moments
      .flatMap(({ at, status }, index) =>
        test(status) ? [{ from: at, to: moments[index + 1]?.at ?? this.now }] : [],
      )
      .reduce<{ from: number; to: number }[]>((spans, span) => {
        const last = spans.at(-1);
        return last?.to === span.from
          ? [...spans.slice(0, -1), { from: last.from, to: span.to }]
          : [...spans, span];
      }, []);
  }

  effectsOn(id: string, action: Effect['action'], from: number, to: number): number {
    return this.effects.filter(
      (effect) => effect.id === id && effect.action === action && effect.at >= from && effect.at <= to,
    ).length;
  }

  /** Whether the service still has it, and hasn't accepted its deletion. */
  isThere(id: string): boolean {
    const status = this.instances.get(id)?.status;
    return status !== undefined && status !== 'deleted' && status !== 'deleting';
  }

  private get now(): number {
    return this.service.world.clock.now();
  }

  private look(instance: SimulatedInstance): void {
    this.instances.set(instance.id, instance);
    const moments = this.moments.get(instance.id) ?? [];
    const { vcpus, ramGb, storageGb } = instance.sizes;
    // While it boots, the service may call it stopped for a moment.
    const status = instance.blinking ? 'starting' : instance.status;
    moments.push({ at: this.now, status, sizes: [vcpus, ramGb, storageGb].join() });
    this.moments.set(instance.id, moments);
  }
}
