import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { projectRoot, vscodeVersionOf, type WorkbenchVersion } from '../workbench/install';
import { setStage, type Tally } from './stage';

/** Runs the bundled suite in a desktop VS Code, which is downloaded where it is missing. */
export async function runOnDesktop(version: WorkbenchVersion, tests: string): Promise<Tally> {
  const vscodeVersion = version === 'newest' ? 'stable' : vscodeVersionOf(version);
  console.log(`In a desktop VS Code, ${vscodeVersion} (downloaded on first use, about 150 MB):`);
  const stage = await setStage();
  const userData = await mkdtemp(path.join(os.tmpdir(), 'td-desktop-'));
  try {
    await mkdir(path.join(userData, 'User'), { recursive: true });
    await writeFile(path.join(userData, 'User/settings.json'), JSON.stringify(stage.settings));
    let problem: unknown;
    try {
      await runTests({
        version: vscodeVersion,
        extensionDevelopmentPath: projectRoot,
        extensionTestsPath: tests,
        extensionTestsEnv: stage.env,
        launchArgs: [`--user-data-dir=${userData}`, '--disable-extensions', '--password-store=basic'],
      });
    } catch (error) {
      problem = error;
    }
    const ended = await stage.report();
    const tally = stage.tally();
    if (ended) return tally;
    console.log(`  ✗ VS Code ended before the tests did: ${String(problem)}`);
    return { passed: tally.passed, failed: tally.failed + 1 };
  } finally {
    await stage.close();
    await rm(userData, { recursive: true, force: true });
  }
}
