import * as l10n from '@vscode/l10n';
import { OutcomeUnknownError, TensorDockError } from '../../api/errors';
import { outcomeOfError } from '../../api/outcome';
import { UnclearCreateError, type InstanceOutcome } from '../createOutcome';
import type { OperationRecord } from './journal';

/** What is kept of an operation's end. `reason`: why it failed; `undefined` if it was done. */
export function endOf(reason: unknown): OperationRecord['end'] {
  if (reason === undefined) return { kind: 'done', message: '' };
  const { kind, error } = outcomeOfError(reason);
  return { kind, message: error.message };
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
