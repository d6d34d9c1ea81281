import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const source = path.join(root, 'src');

/** The files that each file of `src` imports, type imports included. */
function importGraph(): ReadonlyMap<string, readonly string[]> {
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const files = new Set(names.filter((name) => name.endsWith('.ts')).map((name) => path.join(source, name)));
  return new Map(
    [...files].map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
      const targets = importedFiles
        .filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }) => path.resolve(path.dirname(file), `${fileName.replace(/\.js$/, '')}.ts`));
      return [file, targets.filter((target) => files.has(target))];
    }),
  );
}

/** Each circle of imports once, as the names of its files. */
function circles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set<string>();
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      found.add([...trail.slice(start), file].map((each) => path.relative(source, each)).join(' → '));
      return;
    }
    if (finished.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return [...found];
}

describe('imports', () => {
  test('never form a circle, types included', () => {
    expect(circles(importGraph())).toEqual([]);
  });

  test('that form a circle are found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a']],
      ['d', ['a']],
    ]);
    expect(circles(graph)).toHaveLength(1);
  });
});

describe('lint', () => {
  const eslint = new ESLint({
    cwd: root,
    // The rules about types need a file that the compiler knows; these are about imports and calls alone.
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions: { project: null } } }],
    ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-'),
  });
  const rulesBroken = async (file: string, code: string): Promise<readonly (string | null)[]> => {
    const [result] = await eslint.lintText(code, { filePath: path.join(root, file) });
    return (result?.messages ?? []).map(({ ruleId }) => ruleId);
  };

  test.each([
    ['src/base/fixture.ts', '../api/types'],
    ['src/api/fixture.ts', '../instances/store'],
    ['src/instances/fixture.ts', '../ssh/endpoint'],
    ['src/instances/operations/fixture.ts', '../../cost/ledger'],
    ['src/ssh/config/fixture.ts', '../../instances/store'],
    ['src/cost/fixture.ts', '../automation/schedules'],
    ['src/automation/fixture.ts', '../views/presentation'],
    ['src/vscode/fixture.ts', '../views/presentation'],
    ['src/views/fixture.ts', '../commands/targets'],
    ['src/base/fixture.ts', 'vscode'],
    ['src/api/fixture.ts', 'vscode'],
    ['src/instances/fixture.ts', 'vscode'],
    ['src/ssh/connect/fixture.ts', 'vscode'],
    ['src/cost/fixture.ts', 'vscode'],
    ['src/automation/fixture.ts', 'vscode'],
    ['src/views/webview/shared/fixture.ts', 'vscode'],
    ['src/views/webview/shared/fixture.ts', 'node:fs'],
  ])('%s may not import %s, not even a type', async (file, module) => {
    expect(await rulesBroken(file, `import type { T } from '${module}';\nexport type U = T;\n`)).toContain(
      'no-restricted-imports',
    );
  });

  test.each([
    ['src/commands/fixture.ts', '../views/presentation'],
    ['src/views/fixture.ts', '../vscode/messages'],
    ['src/automation/fixture.ts', '../cost/ledger'],
    ['src/cost/fixture.ts', '../instances/store'],
    ['src/vscode/fixture.ts', '../ssh/endpoint'],
  ])('%s may import %s', async (file, module) => {
    expect(await rulesBroken(file, `import type { T } from '${module}';\nexport type U = T;\n`)).toEqual([]);
  });

  test.each([
    'vscode.window.showErrorMessage(text)',
    'vscode.window.showInformationMessage(text)',
    'vscode.window.showWarningMessage(text)',
    'vscode.window.showQuickPick([])',
    'vscode.window.showInputBox()',
    'vscode.window.showOpenDialog()',
    'vscode.window.createQuickPick()',
    'vscode.window.createInputBox()',
    'vscode.window.setStatusBarMessage(text)',
    'vscode.window.withProgress(options, task)',
  ])('%s belongs to the module that cleans what it shows', async (call) => {
    const code = `import * as vscode from 'vscode';\n${call};\n`;
    expect(await rulesBroken('src/commands/fixture.ts', code)).toContain('no-restricted-syntax');
    expect(await rulesBroken('src/views/tree/fixture.ts', code)).toContain('no-restricted-syntax');
    expect(await rulesBroken('src/vscode/messages.ts', code)).toEqual([]);
  });
});
