import type { CostParts } from './costParts';
import { signedInAccount, type Services } from './services';

/** Opens the page with the costs. Throws `NotSignedInError`. */
export async function showCosts(services: Services, { page }: CostParts): Promise<void> {
  signedInAccount(services);
  (await page.get()).open();
}
