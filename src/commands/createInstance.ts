import * as v from 'valibot';
import type { Forms } from '../views/forms/forms';
import { signedInAccount, type Services } from './services';

/** What a notification fills in. */
const choiceSchema = v.object({
  model: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  locationId: v.optional(v.pipe(v.string(), v.maxLength(200))),
});

/** Opens the create form, for a GPU if one is given. */
export function createInstance(
  services: Services,
  forms: Pick<Forms, 'openCreate'>,
  [choice]: readonly unknown[] = [],
): void {
  signedInAccount(services);
  const given = v.safeParse(choiceSchema, choice);
  forms.openCreate(given.success ? { gpu: given.output } : {});
}
