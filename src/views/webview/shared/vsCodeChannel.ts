import * as v from 'valibot';
import type { Channel } from './channel';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Of the page itself: the messages that came before its script was there. */
declare function takeEarlyMessages(): readonly unknown[];

/** Connects the page to the extension. `receive` is called with each message that matches the schema. */
export function openChannel<In, Out>(
  schema: v.GenericSchema<unknown, In>,
  receive: (message: In) => void,
): Channel<Out> {
  const api = acquireVsCodeApi();
  const take = (message: unknown): void => {
    const parsed = v.safeParse(schema, message);
    if (parsed.success) receive(parsed.output);
    else console.warn('Dropped a message that doesn’t match the contract.', v.flatten(parsed.issues));
  };
  const early = takeEarlyMessages();
  window.addEventListener('message', (event: MessageEvent<unknown>) => take(event.data));
  // Whoever receives them has its channel by then.
  queueMicrotask(() => early.forEach(take));
  return {
    post: (message) => api.postMessage(message),
    load(state) {
      const parsed = v.safeParse(state, api.getState());
      return parsed.success ? parsed.output : undefined;
    },
    save: (state) => api.setState(state),
  };
}
