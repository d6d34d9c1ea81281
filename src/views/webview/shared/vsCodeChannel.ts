import * as v from 'valibot';
import type { Channel } from './channel';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Connects the page to the extension. `receive` is called with each message that matches the schema. */
export function openChannel<In, Out>(
  schema: v.GenericSchema<unknown, In>,
  receive: (message: In) => void,
): Channel<Out> {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const parsed = v.safeParse(schema, event.data);
    if (parsed.success) receive(parsed.output);
    else console.warn('Dropped a message that doesn’t match the contract.', v.flatten(parsed.issues));
  });
  return {
    post: (message) => api.postMessage(message),
    load(state) {
      const parsed = v.safeParse(state, api.getState());
      return parsed.success ? parsed.output : undefined;
    },
    save: (state) => api.setState(state),
  };
}
