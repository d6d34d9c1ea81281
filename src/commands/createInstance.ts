import type { Forms } from '../views/forms/forms';
import { signedInAccount, type Services } from './services';

export function createInstance(services: Services, forms: Forms): void {
  signedInAccount(services);
  forms.openCreate();
}
