import { abortReason } from '../../src/base/abort';
import { Response } from 'node-fetch';
import type { Outcome, SimulatedService } from './service';

/** The part of a request's options that is read here. */
export interface InProcessInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/**
 * A `fetch` that asks the service without a socket, so that a test on a turned clock waits for nothing real.
 * As over a socket, what was asked goes on being done when the asker gives up. Rejects where the connection
 * is closed or breaks off.
 */
export function inProcessFetch(
  service: SimulatedService,
): (url: string, init?: InProcessInit) => Promise<Response> {
  return (url, init = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = init;
      if (signal?.aborted === true) {
        reject(abortReason(signal));
        return;
      }
      signal?.addEventListener('abort', () => reject(abortReason(signal)), { once: true });
      const { pathname, search } = new URL(url);
      const headers = Object.fromEntries(
        Object.entries(init.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      );
      void service
        .handle({ method: init.method ?? 'GET', url: pathname + search, headers, body: init.body ?? '' })
        .then((outcome) => settle(outcome, resolve, reject));
    });
}

function settle(
  outcome: Outcome,
  resolve: (response: Response) => void,
  reject: (reason: Error) => void,
): void {
  switch (outcome.kind) {
    case 'never':
      return;
    case 'drop':
    case 'cut':
      reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
      return;
    case 'answer':
      // A response of these statuses may have no body, not even an empty one.
      resolve(
        new Response(outcome.status === 204 ? null : outcome.body, {
          status: outcome.status,
          headers: { ...outcome.headers },
        }),
      );
  }
}
