import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import type { SuiteEvent } from './results';
import { suiteWorld } from './world';

/** What VS Code calls as its `extensionTestsPath`: runs each test file that was bundled beside this one. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 180_000, reporter: ResultsFile });
  const folder = path.join(__dirname, 'suite');
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.test.js')) mocha.addFile(path.join(folder, name));
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}

/** Appends one event per line, at once, so that a crash leaves what was known before. */
class ResultsFile extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Mocha.Runner.constants;
    const tell = (event: SuiteEvent): void =>
      appendFileSync(suiteWorld().resultsFile, `${JSON.stringify(event)}\n`);
    runner.on(EVENT_TEST_PASS, (test) =>
      tell({ event: 'pass', title: test.fullTitle(), ms: test.duration ?? 0 }),
    );
    runner.on(EVENT_TEST_PENDING, (test) => tell({ event: 'pending', title: test.fullTitle() }));
    runner.on(EVENT_TEST_FAIL, (test, error: unknown) =>
      tell({
        event: 'fail',
        title: test.fullTitle(),
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    );
    runner.on(EVENT_RUN_END, () => tell({ event: 'end' }));
  }
}
