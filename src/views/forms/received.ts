import type { Logger } from '../../base/logger';
import * as v from 'valibot';

/** Checks each message of a form. Drops and logs one that doesn't match the contract. */
export function received<In>(
  form: 'create' | 'modify',
  schema: v.GenericSchema<unknown, In>,
  log: Logger,
  receive: (message: In) => void,
): (message: unknown) => void {
  return (message) => {
    const parsed = v.safeParse(schema, message);
    if (parsed.success) receive(parsed.output);
    // Never log the content: it could hold a password.
    else log.warn(`Dropped a message from the ${form} form that doesn’t match the contract.`);
  };
}
