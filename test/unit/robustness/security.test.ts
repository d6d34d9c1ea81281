import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../../..');
const text = readFileSync(path.join(root, 'SECURITY.md'), 'utf8');
const named = [...text.matchAll(/^- `(test\/\S+)`: (.+)$/gm)].map(([, file = '', name = '']) => ({
  file,
  name,
}));

test('every promise has a test', () => {
  const promises = text.slice(text.indexOf('## The token'), text.indexOf('## What is not promised'));
  const bare = promises
    .split('\n\n')
    .filter((part, index, parts) => /^[A-Z]/.test(part) && !parts[index + 1]?.startsWith('- '));
  expect(bare).toEqual([]);
  expect(named.length).toBeGreaterThan(25);
});

test.each(named)('$file has the test that SECURITY.md names: $name', ({ file, name }) => {
  const place = path.join(root, file);
  expect(existsSync(place)).toBe(true);
  const titles = [...readFileSync(place, 'utf8').matchAll(/(['"`])((?:(?!\1).)+)\1/g)].map(
    ([, , title]) => title,
  );
  expect(titles).toContain(name);
});

test('what is shipped evaluates no text as code', async () => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/extension.ts', 'src/main.ts'],
    outdir: 'never-written',
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['vscode', './main'],
  });
  expect(outputFiles.length).toBe(2);
  for (const { text: code } of outputFiles) expect(code).not.toMatch(/\beval\s*\(|\bnew Function\s*\(/);
});
