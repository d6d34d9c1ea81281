/** What the parts below `src/vscode` need from the world around them, handed in so that they run anywhere. */

/** Time, so that tests can turn it by hand. All times are milliseconds; `now` counts from the Unix epoch. */
export interface Clock {
  now(): number;
  /** Calls back once after `ms`; disposing before then cancels. */
  after(ms: number, callback: () => void): Disposable;
}

/** Something to give back: a timer, a listener, a watcher. Same shape as `vscode.Disposable`. */
export interface Disposable {
  dispose(): void;
}

/** Levels of VS Code's `LogOutputChannel`. Nothing passed here may hold a token, a password or a key. */
export interface Logger {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** A logger that keeps quiet. */
export const silentLogger: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
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

/** The reason of an aborted signal, always an `Error`. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('Cancelled', 'AbortError');
}
