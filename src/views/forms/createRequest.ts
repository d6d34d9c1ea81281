import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { TensorDockError } from '../../api/errors';
import type { CreateRequest } from '../../api/types';
import type { CreateOutcome } from '../../instances/createOutcome';
import type { CreateResult } from '../../instances/operations/create';
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
}

type CreateParts = Pick<FormParts, 'operations' | 'store' | 'clock' | 'ssh' | 'reportedByForm'>;

/** Creates one instance and returns how that ended. Throws if nothing could be sent. */
export async function requestInstance(
  parts: CreateParts,
  request: CreateRequest,
  { onProgress, idempotencyKey, identityFile }: CreateOptions,
): Promise<CreateOutcome> {
  try {
    const outcome = await createOnce(parts, request, idempotencyKey, onProgress);
    if (!outcome || outcome.kind === 'unknown') {
      return { kind: 'unknown', name: request.name, lookedForMs: outcome?.lookedForMs ?? 0 };
    }
    if (identityFile !== undefined) await parts.ssh.choose(outcome.id, { identityFile });
    return outcome;
  } catch (error) {
    if (error instanceof TensorDockError) return { kind: 'refused', error };
    throw error;
  }
}

/**
 * One instance for one key. Where the key created one before that is gone by now, this is a new request; its key
 * follows from the old one, so that it is the same in every window.
 */
async function createOnce(
  parts: CreateParts,
  request: CreateRequest,
  key: string,
  onProgress: (message: string) => void,
): Promise<CreateResult | undefined> {
  const { operations, store, clock } = parts;
  const operation = await operations.create(request, key);
  parts.reportedByForm.add(operation);
  const listener = operation.onDidTell(onProgress);
  const outcome = await operation.outcome.finally(() => listener.dispose());
  if (!outcome || outcome.kind === 'unknown' || store.row(outcome.id)) return outcome;
  // This window may not have an instance of another window yet, nor the service's list a new one.
  if (await store.refreshOne(outcome.id)) return outcome;
  if (clock.now() - operation.record.startedAt < listingDelayMs) {
    throw new Error(
      vscode.l10n.t(
        '“{0}” was created a moment ago but isn’t in the list yet. Nothing was sent again. To create one more, use another name.',
        request.name,
      ),
    );
  }
  const next = createHash('sha256').update(`${key} ${outcome.id}`).digest('hex');
  return createOnce(parts, request, next, onProgress);
}
