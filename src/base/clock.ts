import { abortReason } from './abort';
import type { Disposable } from './disposable';

/** Time, so that tests can advance it by hand. All times are milliseconds; `now` counts from the Unix epoch. */
export interface Clock {
  now(): number;
  /** Calls back once after `ms`, however long that is; disposing before then cancels. */
  after(ms: number, callback: () => void): Disposable;
}

/** `setTimeout` fires at once for anything longer. */
const longestTimerMs = 2 ** 31 - 1;

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    let timer: NodeJS.Timeout;
    const arm = (rest: number): void => {
      const part = Math.min(rest, longestTimerMs);
      timer = setTimeout(() => (rest > part ? arm(rest - part) : callback()), part);
    };
    arm(Number.isNaN(ms) ? 0 : ms);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** Resolves after `ms` of the clock; rejects with the signal's reason when it is aborted before. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      timer.dispose();
      reject(abortReason(signal));
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
