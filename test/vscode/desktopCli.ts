import { bundleSuite } from './bundle';
import { runOnDesktop } from './desktop';

async function main(): Promise<void> {
  const tests = await bundleSuite();
  let failed = 0;
  for (const version of ['newest', 'oldest'] as const) {
    const tally = await runOnDesktop(version, tests);
    console.log(`${version}: ${tally.passed} passed, ${tally.failed} failed`);
    failed += tally.failed;
  }
  process.exitCode = failed > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
