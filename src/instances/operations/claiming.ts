import * as l10n from '@vscode/l10n';
import { TensorDockError } from '../../api/errors';
import type { AccountSession } from '../accountSession';
import { busyError, isOlder, isSameWish, requireReplaceable } from './conflicts';
import type { Claim, Journal, OperationRecord } from './journal';
import type { Running } from './runningOperation';

/** The operations of this window, by ID. */
export type OwnOperations = ReadonlyMap<string, Running>;

/** Saves and claims new operations. The one place that applies the rules about several operations on one instance. */
export class Claiming {
  constructor(
    private readonly journal: Journal,
    private readonly own: OwnOperations,
  ) {}

  /** The operation of this window that already does what the record asks for. */
  ownSame(record: OperationRecord): Running | undefined {
    return this.ownOthers(record).find((other) => isSameWish(record, other.record));
  }

  /** Whether another window already does what the record asks for. */
  async isDoneElsewhere(record: OperationRecord): Promise<boolean> {
    return (await this.elsewhere(record)).some((other) => isSameWish(record, other));
  }

  /**
   * Saves and claims an operation, after the ones that it replaces have ended. Rejects with a `TensorDockError` of code
   * `conflict` if it has to wait for another one, and with an `AccountLeftError` if the account was left meanwhile.
   */
  async claim(record: OperationRecord, session: AccountSession): Promise<Claim> {
    const own = this.ownOthers(record);
    for (const other of own) requireReplaceable(record, other.record);
    const others = await this.elsewhere(record);
    for (const other of others) requireReplaceable(record, other);
    for (const other of others) await this.journal.cancel(other.id);
    for (const other of own) other.cancel();
    await Promise.allSettled(own.map((other) => other.done));
    const claim = await this.journal.begin(record);
    if (!claim) {
      throw new TensorDockError(
        'conflict',
        l10n.t('The operation couldn’t be saved, so it wasn’t started. Try again.'),
      );
    }
    // Two windows may have begun at the same moment: the older operation goes on.
    const rival = (await this.elsewhere(record)).find(
      (saved) => !others.some((other) => other.id === saved.id) && isOlder(saved, record),
    );
    if (rival) {
      await claim.finish();
      throw busyError(record, rival);
    }
    await requireCurrent(session, claim);
    return claim;
  }

  private ownOthers({ id, instanceId }: OperationRecord): readonly Running[] {
    return [...this.own.values()].filter(
      ({ record }) => record.id !== id && record.instanceId === instanceId,
    );
  }

  /** Operations on the same instance that other windows work on. */
  private async elsewhere({
    id,
    accountId,
    instanceId,
  }: OperationRecord): Promise<readonly OperationRecord[]> {
    return (await this.journal.list()).filter(
      (saved) =>
        saved.id !== id &&
        saved.accountId === accountId &&
        saved.instanceId === instanceId &&
        !this.own.has(saved.id),
    );
  }
}

/** The account may have been left while the claim was waited for. Nothing was sent, so nothing stays saved. */
export async function requireCurrent(session: AccountSession, claim: Claim): Promise<void> {
  if (!session.isCurrent) await claim.finish();
  session.requireCurrent();
}
