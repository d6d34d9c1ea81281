import type { LazyForms } from '../views/forms/lazyForms';
import { signedInAccount, type Services } from './services';

export async function createInstance(services: Services, forms: LazyForms): Promise<void> {
  signedInAccount(services);
  await forms.openCreate();
}
