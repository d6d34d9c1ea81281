import type { OperationRecord } from './journal';

/** What this window last read of the operations that are saved, whichever window works on them. */
export class SavedOperations {
  private records: readonly OperationRecord[] = [];
  /** Instances that a create is known to have created, also after it has ended. */
  private readonly created = new Set<string>();

  /** Oldest first. */
  get all(): readonly OperationRecord[] {
    return this.records;
  }

  /** Takes what was read. Returns whether anything has changed. */
  take(records: readonly OperationRecord[]): boolean {
    const changed = JSON.stringify(records) !== JSON.stringify(this.records);
    this.records = records;
    for (const { kind, instanceId } of records) {
      if (kind === 'create' && instanceId !== undefined) this.created.add(instanceId);
    }
    return changed;
  }

  /** Instances that creates are known to have created, other than this one. */
  createdByOthers(id: string | undefined): ReadonlySet<string> {
    return new Set([...this.created].filter((each) => each !== id));
  }

  /** Whether another create of that name is on its way, so that a new instance may be its. */
  hasRival({ id, accountId, name }: OperationRecord): boolean {
    return this.records.some(
      (other) =>
        other.kind === 'create' &&
        other.step === 'sending' &&
        other.id !== id &&
        other.accountId === accountId &&
        other.name === name,
    );
  }
}
