import type { Disposable } from './disposable';

/** Does `work` once for any number of calls in a row: as soon as what called is done. Not after it is disposed. */
export function onceInARow(work: () => void): (() => void) & Disposable {
  let isWaiting = false;
  let isDisposed = false;
  const call = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    queueMicrotask(() => {
      isWaiting = false;
      if (!isDisposed) work();
    });
  };
  return Object.assign(call, { dispose: () => void (isDisposed = true) });
}
