import { Deferred } from './deferred';

/** What a wait rejects with if the person, or the end of the window, cancels it. */
export function cancelled(): DOMException {
  return new DOMException('Cancelled', 'AbortError');
}

/** The reason of an aborted signal, always an `Error`. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : cancelled();
}

/** What `work` comes to, or a rejection with the signal's reason as soon as that is aborted. `work` itself goes on. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Deferred<never>();
  const onAbort = (): void => aborted.reject(abortReason(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
