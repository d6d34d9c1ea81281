import type { TensorDockError } from '../api/errors';

/** How a create ended. Only `refused` promises that no machine was made. */
export type CreateOutcome =
  | { readonly kind: 'created'; readonly id: string }
  | { readonly kind: 'refused'; readonly error: TensorDockError }
  /** No clear answer came, but a new instance of that name was found. */
  | { readonly kind: 'adopted'; readonly id: string; readonly lookedForMs: number }
  /** No clear answer came, and no new instance of that name was found: it may still appear. */
  | { readonly kind: 'unknown'; readonly name: string; readonly lookedForMs: number };
