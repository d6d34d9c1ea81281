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
    ruleFilter: ({ ruleId }) => ruleId.startsWith('house/'),
  });
  const brokenRules = async (file: string, code: string): Promise<readonly (string | null)[]> => {
    const [result] = await eslint.lintText(code, { filePath: path.join(root, file) });
    return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
  };

  test('holds in every folder of src', async () => {
    const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.length).toBeGreaterThan(8);
    for (const { name } of folders) {
      const code = "import type { T } from '../main';";
      expect(await brokenRules(`src/${name}/fixture.ts`, code), name).toEqual(['house/imports']);
    }
  });

  const forbidden = [
    ['src/base/fixture.ts', '../api/types'],
    ['src/api/fixture.ts', '../instances/store'],
    ['src/instances/fixture.ts', '../ssh/endpoint'],
    ['src/instances/operations/fixture.ts', '../../cost/ledger'],
    ['src/ssh/config/fixture.ts', '../../instances/store'],
    ['src/ssh/fixture.ts', '../remote/runner'],
    ['src/remote/fixture.ts', '../instances/store'],
    ['src/remote/fixture.ts', '../vscode/settings'],
    ['src/cost/fixture.ts', '../automation/schedules'],
    ['src/automation/fixture.ts', '../views/presentation'],
    ['src/vscode/fixture.ts', '../views/presentation'],
    ['src/views/fixture.ts', '../commands/targets'],
    ['src/views/forms/fixture.ts', '../../tools/tools'],
    ['src/commands/fixture.ts', '../tools/tools'],
    ['src/tools/fixture.ts', '../commands/targets'],
    ['src/mcp/fixture.ts', '../tools/bridge'],
    ['src/mcp/fixture.ts', '../api/types'],
    ['src/mcp/fixture.ts', 'vscode'],
    ['src/views/fixture.ts', '../mcp/lines'],
    ['src/views/webview/shared/fixture.ts', '../../../commands/targets'],
    ['src/views/webview/fixture.ts', '../../tools/tools'],
    ['src/views/webview/fixture.ts', '../forms/forms'],
    ['src/views/webview/fixture.ts', '../../instances/store'],
    ['src/views/webview/shared/fixture.ts', 'vscode'],
    ['src/views/webview/shared/fixture.ts', 'node:fs'],
    ['src/base/fixture.ts', '../main'],
    ['src/views/fixture.ts', '../main'],
    ['src/commands/fixture.ts', '../extension'],
    ['src/commands/fixture.ts', '../../test/unit/fakeVscode'],
    ['src/base/fixture.ts', 'vscode'],
    ['src/api/fixture.ts', 'vscode'],
    ['src/instances/fixture.ts', 'vscode'],
    ['src/ssh/connect/fixture.ts', 'vscode'],
    ['src/remote/fixture.ts', 'vscode'],
    ['src/cost/fixture.ts', 'vscode'],
    ['src/automation/fixture.ts', 'vscode'],
  ] as const;

  test.each(forbidden)('%s can’t import %s, however it is written', async (file, module) => {
    const ways = [
      `import { t } from '${module}';`,
      `import type { T } from '${module}';`,
      `export { t } from '${module}';`,
      `export * from '${module}';`,
      `export type U = import('${module}').T;`,
      `export const loaded = import('${module}');`,
      `import t = require('${module}');`,
      `export const loaded = require('${module}');`,
    ];
    for (const code of ways) expect(await brokenRules(file, code), code).toEqual(['house/imports']);
  });

  test('a name that is computed can’t be imported', async () => {
    for (const code of ['void import(name);', 'void import(`../${name}`);', 'require(name);']) {
      expect(await brokenRules('src/base/fixture.ts', code), code).toEqual(['house/imports']);
    }
  });

  test.each([
    ['src/commands/fixture.ts', '../views/presentation'],
    ['src/commands/fixture.ts', 'vscode'],
    ['src/tools/fixture.ts', '../views/presentation'],
    ['src/tools/fixture.ts', '../mcp/lines'],
    ['src/views/fixture.ts', '../vscode/messages'],
    ['src/views/forms/fixture.ts', '../webview/shared/protocol'],
    ['src/views/webview/create/fixture.ts', '../shared/protocol'],
    ['src/views/webview/create/fixture.ts', '../../../api/rules'],
    ['src/automation/fixture.ts', '../cost/ledger'],
    ['src/automation/fixture.ts', '../remote/meters'],
    ['src/remote/fixture.ts', '../ssh/endpoint'],
    ['src/cost/fixture.ts', '../instances/store'],
    ['src/vscode/fixture.ts', '../ssh/endpoint'],
    ['src/base/fixture.ts', 'node:fs'],
    ['src/extension.ts', './main'],
  ])('%s can import %s', async (file, module) => {
    expect(await brokenRules(file, `import type { T } from '${module}';\nexport type U = T;\n`)).toEqual([]);
  });

  const shown = [
    'showErrorMessage',
    'showInformationMessage',
    'showWarningMessage',
    'showQuickPick',
    'showInputBox',
    'showOpenDialog',
    'showSaveDialog',
    'showWorkspaceFolderPick',
    'createQuickPick',
    'createInputBox',
    'setStatusBarMessage',
    'withProgress',
  ];
  test.each(shown)('%s belongs to the modules that clean what they show', async (name) => {
    const ways = [
      `vscode.window.${name}(text);`,
      `vscode.window?.${name}(text);`,
      `vscode.window['${name}'](text);`,
      `vscode['window'].${name}(text);`,
      `const { ${name} } = vscode.window;`,
      `const { ${name}: show } = vscode.window;`,
      `const { '${name}': show } = vscode.window;`,
      `const show = vscode.window.${name};`,
      `other.${name}(text);`,
    ];
    for (const code of ways) {
      for (const file of ['src/commands/fixture.ts', 'src/views/tree/fixture.ts', 'src/main.ts'])
        expect(await brokenRules(file, code), code).toContain('house/messages');
      expect(await brokenRules('src/vscode/messages.ts', code)).toEqual([]);
    }
  });

  test.each([
    "import { window } from 'vscode';",
    "import { window as screen } from 'vscode';",
    'const screen = vscode.window;',
    "const screen = vscode['window'];",
    'const { window } = vscode;',
    'const { window: screen } = vscode;',
    'vscode.window[name](text);',
    'window[`show${name}`](text);',
  ])('%s would hide a message from lint', async (code) => {
    expect(await brokenRules('src/commands/fixture.ts', code)).toContain('house/messages');
  });

  test.each(['startInstance', 'createInstance', 'modifyInstance'])(
    '%s is sent by operations alone, which pass the budget gate',
    async (name) => {
      const ways = [
        `await session.api.${name}(id);`,
        `await client?.${name}(id);`,
        `await client['${name}'](id);`,
        `await client[\`${name}\`](id);`,
        `const send = client.${name};`,
        `const { ${name} } = client;`,
        `const { ${name}: send } = session.api;`,
        `const { '${name}': send } = client;`,
        `TensorDockClient.prototype.${name}.call(client, id);`,
        `await client[name](id);`,
        `await session.api[name](id);`,
      ];
      for (const code of ways) {
        for (const file of ['src/commands/fixture.ts', 'src/tools/fixture.ts', 'src/automation/fixture.ts'])
          expect(await brokenRules(file, code), code).toEqual(['house/requests']);
      }
      expect(await brokenRules('src/commands/fixture.ts', `await ${name}(services, args);`)).toEqual([]);
      expect(await brokenRules('src/instances/operations/power.ts', ways[0] ?? '')).toEqual([]);
    },
  );

  test('what shows no text of others is fine', async () => {
    const code = `import * as vscode from 'vscode';
      vscode.window.createOutputChannel('x');
      vscode.window.state.focused;
      vscode.commands.executeCommand('x');`;
    expect(await brokenRules('src/views/fixture.ts', code)).toEqual([]);
  });
});
