import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseResult, withFigures } from '../../bench/readme';
import { projectRoot } from '../../workbench/install';

const text = (name: string): string => readFileSync(path.join(projectRoot, name), 'utf8');
/** Prettier aligns the columns of a table. */
const unaligned = (markdown: string): string => markdown.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

test('the figures of README.md are those that the benchmark measured', () => {
  const readme = text('README.md');
  const result = parseResult(text('test/bench/results.json'));
  expect(result.rows.length).toBeGreaterThan(15);
  expect(unaligned(readme)).toBe(unaligned(withFigures(readme, result)));
});
