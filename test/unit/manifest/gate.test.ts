import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const source = path.resolve(import.meta.dirname, '../../../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({
    file: file.replaceAll(path.sep, '/'),
    text: readFileSync(path.join(source, file), 'utf8'),
  }));

/** The uses of the client's methods that start billing, each with the function that it is in. */
function usesIn(text: string): readonly { readonly use: ts.Node; readonly around: ts.Node }[] {
  const file = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const found: { use: ts.Node; around: ts.Node }[] = [];
  const visit = (node: ts.Node, around: ts.Node): void => {
    const inside = ts.isFunctionDeclaration(node) ? node : around;
    if (ts.isIdentifier(node) && /^(start|create)Instance$/.test(node.text))
      found.push({ use: node, around });
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, file);
  return found;
}

// Lint leaves these methods to the operations, by whichever name or alias.
test('every operation passes the budget before it sends what starts billing', () => {
  const uses = files
    .filter(({ file }) => file.startsWith('instances/operations/'))
    .flatMap(({ file, text }) => usesIn(text).map((each) => ({ file, ...each })));
  expect(uses.map(({ file }) => file).sort()).toEqual([
    'instances/operations/create.ts',
    'instances/operations/power.ts',
  ]);
  for (const { use, around } of uses) {
    const before = around.getText().slice(0, use.getStart() - around.getStart());
    expect(before).toContain('await steps.requireBudget();');
  }
});

test('only the client speaks HTTP to the service', () => {
  const others = files.filter(
    ({ file, text }) =>
      !file.startsWith('api/') &&
      ts
        .preProcessFile(text)
        .importedFiles.some(({ fileName }) =>
          /^(node:)?https?$|node-fetch$|api\/(transport|exchange)$/.test(fileName),
        ),
  );
  expect(others.map(({ file }) => file)).toEqual([]);
});
