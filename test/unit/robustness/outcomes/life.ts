import type { Clock } from '../../../../src/base/clock';
import type { Disposable } from '../../../../src/base/disposable';
import type { Claim, Journal } from '../../../../src/instances/operations/journal';
import type { SharedSnapshot } from '../../../../src/instances/sharedSnapshot';
import type { ManualClock } from '../../../simulator/clock';
import type { MemoryJournal, MemorySnapshot } from '../../instances/memory';

/** How long the locks of a killed window last, in milliseconds. */
const staleMs = 5_000;

/** Whether a window's process lives. Once killed, nothing that the window waits for ever comes. */
export class Life {
  isOver = false;

  /** What is awaited in the window. */
  async gate<T>(promise: Promise<T>): Promise<T> {
    if (this.isOver) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.isOver || resolve(value),
        (error: unknown) => this.isOver || reject(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  call(listener: () => void): () => void {
    return () => this.isOver || listener();
  }
}

/** The clock as a window has it. */
export function clockOf(life: Life, clock: ManualClock): Clock {
  return { now: () => clock.now(), after: (ms, callback) => clock.after(ms, life.call(callback)) };
}

/** The operations that all windows share, as one window has them. */
export class JournalOf implements Journal {
  private readonly claimed = new Set<string>();

  constructor(
    private readonly life: Life,
    private readonly shared: MemoryJournal,
  ) {}

  list = (): ReturnType<Journal['list']> => this.life.gate(this.shared.list());
  past = (id: string): ReturnType<Journal['past']> => this.life.gate(this.shared.past(id));
  cancel = (id: string): Promise<void> => this.life.gate(this.shared.cancel(id));
  begin: Journal['begin'] = (record) =>
    this.life.isOver ? this.life.gate(Promise.resolve(undefined)) : this.claiming(this.shared.begin(record));
  claim: Journal['claim'] = (id) =>
    this.life.isOver ? this.life.gate(Promise.resolve(undefined)) : this.claiming(this.shared.claim(id));
  exclusively = <T>(work: () => Promise<T>): Promise<T> => this.life.gate(work());
  watch = (listener: () => void): Disposable => this.shared.watch(this.life.call(listener));

  /** The window was killed: in a while, others may take up what it worked on. */
  expire(clock: ManualClock): void {
    clock.after(staleMs, () => this.shared.loseClaims([...this.claimed]));
  }

  private async claiming(promise: Promise<Claim | undefined>): Promise<Claim | undefined> {
    const claim = await this.life.gate(promise);
    if (!claim) return undefined;
    const { id } = claim.record;
    this.claimed.add(id);
    const ending = async (work: () => Promise<void>): Promise<void> => {
      if (this.life.isOver) return this.life.gate(Promise.resolve());
      this.claimed.delete(id);
      return this.life.gate(work());
    };
    return {
      record: claim.record,
      signal: claim.signal,
      note: async (record) => {
        if (!this.life.isOver) await this.life.gate(claim.note(record));
        else await this.life.gate(Promise.resolve());
      },
      finish: async (remember) => ending(() => claim.finish(remember)),
      release: async () => ending(() => claim.release()),
    };
  }
}

/** The shared snapshot of an account, as one window has it. */
export function snapshotOf(
  life: Life,
  shared: MemorySnapshot,
): SharedSnapshot & { expire(clock: ManualClock): void } {
  let asks = false;
  const working =
    (work: (signal: AbortSignal) => Promise<void>) =>
    async (signal: AbortSignal): Promise<void> => {
      // A window that was killed while it waited for its turn doesn't get it.
      if (life.isOver) return;
      asks = true;
      await work(signal);
      asks = false;
    };
  return {
    read: () => life.gate(shared.read()),
    change: (step) => (life.isOver ? life.gate(shared.read()) : life.gate(shared.change(step))),
    confirm: (snapshot, at) =>
      life.isOver ? life.gate(shared.read()) : life.gate(shared.confirm(snapshot, at)),
    tryAsking: (work) => life.gate(shared.tryAsking(working(work))),
    asking: (work) => life.gate(shared.asking(working(work))),
    watch: (listener) => shared.watch(life.call(listener)),
    expire: (clock) => {
      if (asks) clock.after(staleMs, () => shared.freeAsker());
    },
  };
}
