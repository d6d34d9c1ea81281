import * as l10n from '@vscode/l10n';
import { OutcomeUnknownError, TensorDockError } from '../../api/errors';
import { outcomeOfError } from '../../api/outcome';
import { UnclearCreateError, type InstanceOutcome } from '../createOutcome';
import type { Claim, OperationRecord } from './journal';

/** What is kept of an operation's end. `reason`: why it failed; `undefined` if it was done. */
export function endOf(reason: unknown): OperationRecord['end'] {
  if (reason === undefined) return { kind: 'done', message: '' };
  const { kind, error } = outcomeOfError(reason);
  return { kind, message: error.message };
}

/** Whether another window took the operation over. A person who cancels it doesn't lose it. */
export function isLost({ signal }: Claim): boolean {
  return signal.aborted && !(signal.reason instanceof Error && signal.reason.name === 'AbortError');
}

/** The outcome of an operation that ended before anything was sent. */
export function notSent(error: Error): InstanceOutcome {
  return { kind: 'refused', error: new TensorDockError('cancelled', error.message, { cause: error }) };
}

/** The outcome of an operation that ended elsewhere or before. Without a kept end it is unknown. */
export function endedOutcome({ instanceId = '', created, end }: OperationRecord): InstanceOutcome {
  if (created?.kind === 'created') return { kind: 'done', value: { id: created.id } };
  if (created?.kind === 'adopted') {
    const { id, lists, forMs } = created;
    return { kind: 'done', value: { id, search: { lists, forMs } } };
  }
  if (created) {
    const message = l10n.t('TensorDock didn’t confirm the request.');
    return { kind: 'unknown', error: new UnclearCreateError(message, created) };
  }
  if (end?.kind === 'done') return { kind: 'done', value: { id: instanceId } };
  if (end?.kind === 'refused') {
    return { kind: 'refused', error: new TensorDockError('bad-request', end.message) };
  }
  const message =
    end?.message ??
    l10n.t(
      'Another window took over, and its result is unknown. It may have succeeded. Check the instance before you try again.',
    );
  return { kind: 'unknown', error: new OutcomeUnknownError(message) };
}
