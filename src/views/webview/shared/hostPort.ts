import type * as v from 'valibot';

/** The extension as a form sees it: typed both ways, and what arrives is checked. */
export interface Host<Out> {
  post(message: Out): void;
  /** What was last kept, where it has the schema's shape. */
  load<T>(schema: v.GenericSchema<unknown, T>): T | undefined;
  /** Keeps what is to survive a hidden tab and a reloaded window. */
  save(state: unknown): void;
}
