import { OutcomeUnknownError } from '../api/errors';
import type { ChangeOutcome } from '../api/outcome';
import type { Instance } from '../api/types';

/** How the list was searched for an instance after an unclear create. */
export interface CreateSearch {
  /** How many good lists were searched. Failed ones prove nothing, and don't count. */
  readonly lists: number;
  /** How long it took, in milliseconds. */
  readonly forMs: number;
}

/** An instance that was changed or created. */
export interface ChangedInstance {
  readonly id: string;
  /** A create that the service didn't confirm: how its instance was found. */
  readonly search?: CreateSearch;
}

/** How a change of an instance ended, a create included. */
export type InstanceOutcome = ChangeOutcome<ChangedInstance>;

/** TensorDock didn't confirm a create, and no instance was found that is surely the new one. It may still appear. */
export class UnclearCreateError extends OutcomeUnknownError {
  constructor(
    message: string,
    readonly search: CreateSearch,
    /** New instances of that name that may be it. */
    readonly candidates: readonly Instance[] = [],
  ) {
    super(message);
  }
}
