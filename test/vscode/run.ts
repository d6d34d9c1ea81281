import { pathToFileURL } from 'node:url';
import { canRunWorkbench, installWorkbench, projectRoot, type WorkbenchVersion } from '../workbench/install';
import { launchBrowser } from '../workbench/browser';
import { workbenchAddress } from '../workbench/address';
import { startServer } from '../workbench/server';
import { bundleSuite } from './bundle';
import { runOnDesktop } from './desktop';
import { setStage, type Tally } from './stage';

/** A suite that takes longer than this hangs. */
const limit = 10 * 60_000;
/** A workbench that has not run its first test by then never will. */
const startLimit = 120_000;

/** Runs the suite inside the extension host of one VS Code version and prints the results as they come. */
export async function runSuite(version: WorkbenchVersion): Promise<Tally> {
  const tests = await bundleSuite();
  if (!canRunWorkbench()) return runOnDesktop(version, tests);
  const workbench = await installWorkbench(version, console.log);
  console.log(`In VS Code ${workbench.vscodeVersion}:`);
  const stage = await setStage();
  let server: Awaited<ReturnType<typeof startServer>> | undefined;
  let browser: Awaited<ReturnType<typeof launchBrowser>> | undefined;
  try {
    server = await startServer(workbench, { settings: stage.settings, env: stage.env, suite: true });
    browser = await launchBrowser();
    const page = await browser.newPage();
    const logged: string[] = [];
    let exit: number | undefined;
    let crash: string | undefined;
    await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
      const line = `${type}: ${args.map(String).join(' ')}`;
      logged.push(line);
      if (/extension host.*terminated unexpectedly/i.test(line)) crash ??= line;
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => void (exit = code));
    page.on('crash', () => (crash ??= 'the browser page crashed'));
    await page.goto(workbenchAddress(server, { extension: projectRoot, tests }));
    const started = Date.now();
    let problem: string | undefined;
    while (!(await stage.report()) && problem === undefined) {
      const { passed, failed } = stage.tally();
      const elapsed = Date.now() - started;
      if (crash !== undefined) problem = `The extension host ended in the middle of the tests: ${crash}`;
      else if (exit !== undefined && !(await stage.report()))
        problem = `The tests ended with ${exit} before they said so.`;
      else if (elapsed > limit) problem = `The tests did not end within ${limit / 60_000} minutes.`;
      else if (elapsed > startLimit && passed + failed === 0)
        problem = 'No test has ended within two minutes.';
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const tally = stage.tally();
    if (problem === undefined) return tally;
    console.log(`  ✗ ${problem}\n${logged.slice(-30).join('\n').replaceAll(/^/gm, '      ')}`);
    return { passed: tally.passed, failed: tally.failed + 1 };
  } finally {
    await browser?.close();
    await server?.stop();
    await stage.close();
  }
}

async function main(args: readonly string[]): Promise<void> {
  const versions = (['newest', 'oldest'] as const).filter((name) => args.length === 0 || args.includes(name));
  let failed = 0;
  for (const version of versions) {
    const tally = await runSuite(version);
    console.log(`${version}: ${tally.passed} passed, ${tally.failed} failed`);
    failed += tally.failed + (tally.passed === 0 ? 1 : 0);
  }
  process.exitCode = failed > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
