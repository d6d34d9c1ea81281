import { rm } from 'node:fs/promises';
import { afterAll, afterEach } from 'vitest';
import type { Simulator } from '../simulator/server';
import type { OpenWorkbench } from './openWorkbench';

/** A workbench on a simulator, with a folder for SSH files. */
export interface Scene {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly workbench: OpenWorkbench;
  close(): Promise<void>;
}

/** A scene that ends all of its parts. */
export function sceneOf(parts: Omit<Scene, 'close'>): Scene {
  return {
    ...parts,
    async close() {
      await parts.workbench.close();
      await parts.simulator.close();
      await rm(parts.folder, { recursive: true, force: true });
    },
  };
}

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
