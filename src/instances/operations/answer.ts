import * as l10n from '@vscode/l10n';
import { TensorDockError } from '../../api/errors';
import { orAborted } from '../../base/abort';
import { Deferred } from '../../base/deferred';

/** How a person answers a question about an operation. */
export interface Answers {
  readonly proceed: () => void;
  readonly discard: () => void;
}

/** Asks, and waits until the person says yes. Throws what `refusal` returns if they say no, or the signal's reason. */
export async function requireYes(
  signal: AbortSignal,
  refusal: () => Error,
  ask: (answers: Answers) => void,
): Promise<void> {
  const answer = new Deferred<boolean>();
  ask({ proceed: () => answer.resolve(true), discard: () => answer.resolve(false) });
  if (!(await orAborted(answer.promise, signal))) throw refusal();
}

/** The person no longer wants what was asked for. */
export function discarded(): Error {
  return new DOMException('Discarded', 'AbortError');
}

/** The person doesn't want to exceed a limit that they set. */
export function overBudget(): TensorDockError {
  return new TensorDockError('over-budget', l10n.t('Nothing was started, because of your cost limit.'));
}
