/** What a wait rejects with if the person, or the end of the window, cancels it. */
export function cancelled(): DOMException {
  return new DOMException('Cancelled', 'AbortError');
}

/** The reason of an aborted signal, always an `Error`. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : cancelled();
}
