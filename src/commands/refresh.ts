import type { Services } from './services';

/** Asks the service for the list now. Throws with the reason where it can't be had. */
export async function refresh({ store }: Services): Promise<void> {
  await store.refresh();
  const { failure } = store.status;
  if (failure) throw new Error(failure.message);
}
