import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../workbench/install';
import { problemsOf } from './problems';

/** Fails if what is released isn't what its tag says. `TAG` and `REPOSITORY` come from the environment. */
function main(): void {
  const read = (name: string): string => readFileSync(path.join(projectRoot, name), 'utf8');
  const problems = problemsOf({
    tag: process.env.TAG ?? '',
    repository: process.env.REPOSITORY ?? '',
    manifest: read('package.json'),
    changelog: read('CHANGELOG.md'),
  });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

main();
