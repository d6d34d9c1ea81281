import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { outcomeOfError } from '../../api/outcome';
import type { CreateRequest } from '../../api/types';
import type { InstanceOutcome } from '../../instances/createOutcome';
import type { RunningOperation } from '../../instances/operations/operations';
import type { FormParts } from './parts';

/** How long a new instance can be missing from the service's list, in milliseconds. */
const listingDelayMs = 5 * 60_000;

export interface CreateOptions {
  /** Called with progress messages for the person. */
  readonly onProgress: (message: string) => void;
  /**
   * The same key for the same request in every window. A known key returns its earlier outcome and sends nothing,
   * unless it was refused.
   */
  readonly idempotencyKey: string;
  /** The private key file for the SSH entry. */
  readonly identityFile?: string;
  /** What the instance will cost, in US dollars an hour, if that is known. */
  readonly rateHourly?: number;
}

type CreateParts = Pick<FormParts, 'operations' | 'store' | 'clock' | 'ssh' | 'reportedByForm'>;

/** A create that was asked for. */
export interface RequestedInstance {
  readonly outcome: InstanceOutcome;
  /** Missing if nothing could be begun. If the outcome is unknown, it goes on searching. */
  readonly operation?: RunningOperation;
}

/** The same key for the same request in every window. It doesn't depend on the password. */
export function idempotencyKey(request: CreateRequest, accountId: string | undefined): string {
  const text = JSON.stringify({ ...request, password: undefined, accountId });
  return createHash('sha256').update(text).digest('hex');
}

/** Creates one instance and returns how that ended. Throws if nothing could be sent, for a reason of ours. */
export async function requestInstance(
  parts: CreateParts,
  request: CreateRequest,
  options: CreateOptions,
): Promise<RequestedInstance> {
  const { idempotencyKey, identityFile } = options;
  const requested = await createOnce(parts, request, idempotencyKey, options);
  const { outcome } = requested;
  if (outcome.kind === 'done' && identityFile !== undefined) {
    await parts.ssh.choose(outcome.value.id, { identityFile });
  }
  return requested;
}

/**
 * One instance for one key. If the key created one before that is gone by now, this is a new request; its key follows
 * from the old one, so that it is the same in every window.
 */
async function createOnce(
  parts: CreateParts,
  request: CreateRequest,
  key: string,
  options: CreateOptions,
): Promise<RequestedInstance> {
  const { operations, store, clock } = parts;
  let operation: RunningOperation;
  try {
    operation = await operations.create(request, key, options.rateHourly);
  } catch (error) {
    const outcome = outcomeOfError(error);
    if (outcome.kind === 'refused') return { outcome };
    throw error;
  }
  parts.reportedByForm.add(operation);
  const listener = operation.onDidReport(options.onProgress);
  const outcome = await operation.outcome.finally(() => listener.dispose());
  const requested: RequestedInstance = { outcome, operation };
  if (outcome.kind !== 'done' || store.row(outcome.value.id)) return requested;
  // This window may not have an instance of another window yet, nor the service's list a new one.
  if (await store.refreshOne(outcome.value.id)) return requested;
  const isGone = store.session.isGone(outcome.value.id);
  if (!isGone && clock.now() - operation.record.startedAt < listingDelayMs) {
    throw new Error(
      vscode.l10n.t(
        '“{0}” was created a moment ago but isn’t in the list yet. Nothing was sent again. To create one more, use another name.',
        request.name,
      ),
    );
  }
  const next = createHash('sha256').update(`${key} ${outcome.value.id}`).digest('hex');
  return createOnce(parts, request, next, options);
}
