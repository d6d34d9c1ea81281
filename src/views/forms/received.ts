import type { Logger } from '../../base/logger';
import * as v from 'valibot';

/** Takes what a form sends; what does not fit the contract is dropped, and said in the log. */
export function received<In>(
  form: 'create' | 'modify',
  schema: v.GenericSchema<unknown, In>,
  log: Logger,
  receive: (message: In) => void,
): (message: unknown) => void {
  return (message) => {
    const parsed = v.safeParse(schema, message);
    if (parsed.success) receive(parsed.output);
    // What was sent is not written down: it could hold a password.
    else log.warn(`A message of the ${form} form does not fit the contract and was dropped.`);
  };
}
