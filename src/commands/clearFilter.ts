import type { Services } from './services';

/** Shows all instances again. */
export async function clearFilter({ arrangement }: Services): Promise<void> {
  await arrangement.set({ ...arrangement.get(), filter: '' });
}
