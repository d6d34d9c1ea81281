import type { Logger } from '../../base/logger';
import * as v from 'valibot';
import type { PageName } from './html';

/** Checks each message of a page. Drops and logs one that doesn't match the contract. */
export function received<In>(
  page: PageName,
  schema: v.GenericSchema<unknown, In>,
  log: Logger,
  receive: (message: In) => void,
): (message: unknown) => void {
  return (message) => {
    const parsed = v.safeParse(schema, message);
    if (parsed.success) receive(parsed.output);
    // Never log the content: it could hold a password.
    else log.warn(`Dropped a message from the ${page} page that doesn’t match the contract.`);
  };
}
