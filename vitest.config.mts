import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

const unitTests = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file.replaceAll(path.sep, '/')}`)
  .filter((file) => /^test\/(unit|simulator)\/.*\.test\.ts$/.test(file));

/** True for a test that has modules replaced, which the tests after it must not get. */
const replacesModules = (file: string): boolean => readFileSync(file, 'utf8').includes('vi.mock(');

const unit = {
  // For a busy machine: what is waited for usually comes at once.
  testTimeout: 60_000,
  expect: { poll: { timeout: 10_000 } },
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...unit,
          name: 'unit',
          include: unitTests.filter((file) => !replacesModules(file)),
          // Files of one process share what they load, which takes longer than most of them to run.
          isolate: false,
        },
      },
      { test: { ...unit, name: 'unit-replacing', include: unitTests.filter(replacesModules) } },
      {
        test: {
          name: 'ui',
          include: ['test/ui/**/*.test.ts'],
          // Each has a VS Code and a browser: one at a time.
          fileParallelism: false,
          // A busy machine can let a VS Code miss a click; the report names what took a second try.
          retry: 1,
          // The first test of a file also starts its window.
          testTimeout: 240_000,
          expect: { poll: { timeout: 10_000 } },
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
