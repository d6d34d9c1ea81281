import type { Instance } from '../../api/types';
import type { InstanceOutcome } from '../createOutcome';
import type { Steps } from './steps';

/** What a create works with besides. */
export interface CreateSteps extends Steps {
  /** IDs of instances that other operations created, or found. */
  createdByOthers(): ReadonlySet<string>;
  /** Whether another create of that name is on its way, so that a new instance may be its. */
  hasRival(): boolean;
  /** How the create ended is known. The first call counts. */
  settle(outcome: InstanceOutcome): void;
  /** After the outcome was said to be unknown, the instance has turned up. */
  found(): void;
  /** Asks which of these is the new instance, if any. Doesn't wait. */
  ask(candidates: readonly Instance[]): void;
  /** Resolves with the ID that a person chose. */
  readonly chosen: Promise<string>;
}
