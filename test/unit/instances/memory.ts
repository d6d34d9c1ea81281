import type { Disposable } from '../../../src/base/disposable';
import type { SecretStore } from '../../../src/instances/secretStore';
import { Emitter } from '../../../src/base/emitter';
import type { Claim, Journal, OperationRecord } from '../../../src/instances/operations/journal';
import type { SharedSnapshot } from '../../../src/instances/sharedSnapshot';
import { emptySnapshot, type Snapshot } from '../../../src/instances/snapshot';

/** The shared snapshot of windows that live in one test: what the file is, without a file. */
export class MemorySnapshot implements SharedSnapshot {
  private snapshot: Snapshot;
  private asker: object | undefined;
  /** How often some window has read it, and changed it. */
  reads = 0;
  writes = 0;
  /** How often some window has told the others that nothing is new. */
  confirmations = 0;
  private readonly written = new Emitter<void>();

  constructor(accountId: string) {
    this.snapshot = emptySnapshot(accountId);
  }

  get current(): Snapshot {
    return this.snapshot;
  }

  read(): Promise<Snapshot> {
    this.reads += 1;
    return Promise.resolve(this.snapshot);
  }

  change(step: (snapshot: Snapshot) => Snapshot): Promise<Snapshot> {
    this.snapshot = step(this.snapshot);
    this.writes += 1;
    this.written.fire();
    return Promise.resolve(this.snapshot);
  }

  confirm(snapshot: Snapshot, at: number): Promise<Snapshot | undefined> {
    this.snapshot = { ...snapshot, confirmedAt: at };
    this.confirmations += 1;
    this.written.fire();
    return Promise.resolve(this.snapshot);
  }

  async tryAsking(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    if (this.asker) return false;
    const asker = {};
    this.asker = asker;
    try {
      await work(new AbortController().signal);
      return true;
    } finally {
      if (this.asker === asker) this.asker = undefined;
      this.freed.fire();
    }
  }

  async asking(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    while (!(await this.tryAsking(work))) {
      await new Promise<void>((resolve) => {
        const listener = this.freed.event(() => {
          listener.dispose();
          resolve();
        });
      });
    }
  }

  watch(listener: () => void): Disposable {
    return this.written.event(listener);
  }

  /** The window that asks was killed. */
  freeAsker(): void {
    this.asker = undefined;
    this.freed.fire();
  }

  private readonly freed = new Emitter<void>();
}

/** The notes of windows that live in one test. `loseClaims` takes claims from whoever holds them. */
export class MemoryJournal implements Journal {
  readonly records = new Map<string, OperationRecord>();
  readonly ended = new Map<string, OperationRecord>();
  /** Every step that was noted, as `kind step`. */
  readonly steps: string[] = [];
  /** Called after each note; a test ends a window here. */
  onNote: (record: OperationRecord) => void = () => undefined;
  private readonly claims = new Map<string, AbortController>();
  /** Whoever takes one of them up ends it. */
  private readonly canceled = new Set<string>();
  private readonly changed = new Emitter<void>();

  list(): Promise<readonly OperationRecord[]> {
    return Promise.resolve([...this.records.values()]);
  }

  begin(record: OperationRecord): Promise<Claim | undefined> {
    if (this.records.has(record.id) || this.ended.has(record.id)) return Promise.resolve(undefined);
    this.records.set(record.id, record);
    this.canceled.delete(record.id);
    return this.claim(record.id);
  }

  claim(id: string): Promise<Claim | undefined> {
    const record = this.records.get(id);
    if (!record || this.claims.has(id)) return Promise.resolve(undefined);
    const ended = new AbortController();
    this.claims.set(id, ended);
    if (this.canceled.has(id)) ended.abort(new DOMException('Cancelled', 'AbortError'));
    let lost = false;
    const isOurs = (): boolean => !lost && this.claims.get(id) === ended;
    ended.signal.addEventListener('abort', () => (lost = ended.signal.reason === lostClaim));
    const release = (): Promise<void> => {
      if (isOurs()) this.claims.delete(id);
      this.changed.fire();
      return Promise.resolve();
    };
    const claim: Claim = {
      record,
      signal: ended.signal,
      note: (next) => {
        ended.signal.throwIfAborted();
        if (this.records.get(id)?.step !== next.step) this.steps.push(`${next.kind} ${next.step}`);
        this.records.set(id, next);
        this.changed.fire();
        this.onNote(next);
        // What the test did to this window at this moment comes before the window goes on.
        return Promise.resolve();
      },
      finish: (remember) => {
        if (isOurs()) {
          if (remember) this.ended.set(id, remember);
          this.records.delete(id);
        }
        return release();
      },
      release,
    };
    return Promise.resolve(claim);
  }

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private turn: Promise<unknown> = Promise.resolve();

  past(id: string): Promise<OperationRecord | undefined> {
    return Promise.resolve(this.ended.get(id));
  }

  cancel(id: string): Promise<void> {
    this.canceled.add(id);
    this.claims.get(id)?.abort(new DOMException('Cancelled', 'AbortError'));
    return Promise.resolve();
  }

  watch(listener: () => void): Disposable {
    const registration = this.changed.event(listener);
    listener();
    return registration;
  }

  /** The claims were not renewed for too long, as after a sleep: others may take the operations up. */
  loseClaims(ids: readonly string[] = [...this.claims.keys()]): void {
    for (const [id, claim] of [...this.claims].filter(([each]) => ids.includes(each))) {
      this.claims.delete(id);
      claim.abort(lostClaim);
    }
    this.changed.fire();
  }
}

const lostClaim = new Error('The claim was lost.');

/** SecretStorage of all windows of a person, which can be made to fail and to forget. */
export class MemorySecrets implements SecretStore {
  readonly values = new Map<string, string>();
  failing: 'get' | 'store' | 'delete' | 'all' | undefined;
  forgetting = false;
  private readonly changes = new Emitter<string>();

  readonly onDidChange = this.changes.event;

  get(key: string): Promise<string | undefined> {
    return this.unless('get', () => this.values.get(key));
  }

  store(key: string, value: string): Promise<void> {
    return this.unless(
      'store',
      () => {
        if (!this.forgetting) this.values.set(key, value);
        this.changes.fire(key);
      },
      value,
    );
  }

  delete(key: string): Promise<void> {
    return this.unless('delete', () => {
      this.values.delete(key);
      this.changes.fire(key);
    });
  }

  private unless<T>(what: 'get' | 'store' | 'delete', work: () => T, value = ''): Promise<T> {
    if (this.failing === what || this.failing === 'all') {
      return Promise.reject(new Error(`The keyring is locked: ${value}`));
    }
    return Promise.resolve(work());
  }
}
