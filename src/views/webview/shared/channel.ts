import type * as v from 'valibot';

/** A form's connection to the extension: typed both ways, with incoming messages already checked. */
export interface Channel<Out> {
  post(message: Out): void;
  /** The last saved state, or `undefined` if it doesn't match the schema. */
  load<T>(schema: v.GenericSchema<unknown, T>): T | undefined;
  /** Saves what has to survive a hidden tab and a window reload. */
  save(state: unknown): void;
}
