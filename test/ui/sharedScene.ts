import { afterAll, afterEach } from 'vitest';

/**
 * Lets the tests of one `describe` use one scene in turn: a window takes longer to start than most tests to run. After
 * a failed test the next one, or its second try, gets a new scene.
 */
export function sharedScene<T extends { close(): Promise<void> }>(open: () => Promise<T>): () => Promise<T> {
  let scene: T | undefined;
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await scene?.close();
    scene = undefined;
  });
  afterAll(async () => scene?.close());
  return async () => (scene ??= await open());
}
