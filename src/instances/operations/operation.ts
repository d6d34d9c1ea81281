import type { Instance } from '../../api/types';
import type { Disposable } from '../../base/disposable';
import type { InstanceOutcome } from '../createOutcome';
import type { BudgetBreach } from './budgetGate';
import type { OperationRecord } from './journal';

/** An operation that this window works on, or follows while another window does. */
export interface RunningOperation {
  readonly record: OperationRecord;
  /** What it is doing now, in words. */
  readonly message: string;
  readonly onDidReport: (listener: (message: string) => void) => Disposable;
  /** Another window took it over and reports its end. */
  readonly isElsewhere: boolean;
  /** Another window began it, so nothing in this window waits for its `accepted`. */
  readonly isContinued: boolean;
  /** Resolves when the service accepted what was asked. */
  readonly accepted: Promise<unknown>;
  /** Resolves when it is seen to be done; rejects if it failed, was canceled, or isn't known to be done. */
  readonly done: Promise<unknown>;
  /**
   * How the change ended. Never rejects. A create's is known before its instance runs; if it is unknown, the search
   * goes on, and `done` has the end of that.
   */
  readonly outcome: Promise<InstanceOutcome>;
  cancel(): void;
  /** An unclear create: the person says which of the candidates is the new instance. */
  choose(id: string): void;
}

/** Something that only a person can decide about an operation. */
export type OperationQuestion =
  | {
      /** Nobody worked on it for so long that it mustn't go on by itself. */
      readonly kind: 'late';
      readonly operation: RunningOperation;
      readonly proceed: () => void;
      readonly discard: () => void;
    }
  | {
      /** It would exceed a limit that the person set. */
      readonly kind: 'budget';
      readonly operation: RunningOperation;
      readonly breaches: readonly BudgetBreach[];
      readonly proceed: () => void;
      readonly discard: () => void;
    }
  | {
      /** An unclear create: these instances appeared, and it isn't sure which of them is the new one, if any. */
      readonly kind: 'candidates';
      readonly operation: RunningOperation;
      readonly candidates: readonly Instance[];
    };
