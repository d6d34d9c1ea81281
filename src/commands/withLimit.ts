import * as vscode from 'vscode';
import type { Services } from './services';

export interface LimitOptions {
  /** Milliseconds. */
  readonly limitMs: number;
  /** What the person reads if it takes longer. */
  readonly message: string;
  /** The person's cancellation. */
  readonly signal: AbortSignal;
}

/**
 * Waits for `work` until the limit, a cancellation, or the end of this window. `work` gets a signal that's aborted by
 * each of these, and its result is ignored after that.
 * @throws Error with the message after the limit, the signal's reason, and whatever `work` throws.
 */
export async function withLimit<T>(
  { clock, context }: Pick<Services, 'clock' | 'context'>,
  { limitMs, message, signal }: LimitOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const timer = clock.after(limitMs, () => end.abort(new Error(message)));
  const closing = { dispose: () => end.abort(new vscode.CancellationError()) };
  context.subscriptions.push(closing);
  const both = AbortSignal.any([signal, end.signal]);
  try {
    return await Promise.race([
      new Promise<never>((_resolve, reject) => {
        const stop = (): void => {
          const reason: unknown = both.reason;
          reject(reason instanceof Error ? reason : new vscode.CancellationError());
        };
        if (both.aborted) stop();
        else both.addEventListener('abort', stop, { once: true });
      }),
      work(both),
    ]);
  } finally {
    timer.dispose();
    const at = context.subscriptions.indexOf(closing);
    if (at >= 0) context.subscriptions.splice(at, 1);
    // Ends what's still running after an error.
    end.abort(new vscode.CancellationError());
  }
}
