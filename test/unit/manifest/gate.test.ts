import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const source = path.resolve(import.meta.dirname, '../../../src');
const starting: ReadonlySet<string> = new Set(['startInstance', 'createInstance']);

/** A place that can get hold of a request which starts billing, by whichever name it goes on. */
interface Hold {
  readonly node: ts.Node;
  readonly text: string;
}

/**
 * Every way to take a method from the client: a call, an alias, a destructured or renamed one, its name in brackets or
 * as a text, or a computed name on any `api` or `client`.
 */
function holdsIn(file: ts.SourceFile): readonly Hold[] {
  const holds: Hold[] = [];
  const hold = (node: ts.Node): void => void holds.push({ node, text: node.getText(file) });
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && starting.has(node.name.text)) hold(node);
    else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = node.propertyName ?? node.name;
      if ((ts.isIdentifier(name) || ts.isStringLiteral(name)) && starting.has(name.text)) hold(node);
    } else if (ts.isStringLiteralLike(node) && starting.has(node.text)) hold(node);
    else if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) {
      if (ts.isIdentifier(node.name) && starting.has(node.name.text)) hold(node);
    } else if (ts.isElementAccessExpression(node) && /\b(api|client)$/i.test(node.expression.getText(file))) {
      hold(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return holds;
}

function parse(text: string, name = 'test.ts'): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
}

/** The function of the file that a node is in. */
function functionAround(node: ts.Node): ts.FunctionDeclaration | undefined {
  for (let each = node.parent; !ts.isSourceFile(each); each = each.parent) {
    if (ts.isFunctionDeclaration(each)) return each;
  }
  return undefined;
}

/** Outside `src/api`, which is the client. */
function holds(): readonly (Hold & { readonly file: string })[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith(`api${path.sep}`))
    .flatMap((file) => {
      const text = readFileSync(path.join(source, file), 'utf8');
      if (![...starting, 'api[', 'client['].some((word) => text.includes(word))) return [];
      return holdsIn(parse(text, file)).map((each) => ({ ...each, file }));
    });
}

test('nothing but two operations can send a request that starts billing, and each passes the budget first', () => {
  const found = holds();
  expect(found.map(({ file, text }) => [file, text]).sort()).toEqual([
    [path.join('instances', 'operations', 'create.ts'), 'session.api.createInstance'],
    [path.join('instances', 'operations', 'power.ts'), 'steps.session.api.startInstance'],
  ]);
  for (const { node } of found) {
    const around = functionAround(node) ?? expect.fail('it is in a function');
    const before = around.getText().slice(0, node.getStart() - around.getStart());
    expect(before).toContain('await steps.requireBudget();');
    expect(before).toContain('sendOnce(steps, {');
  }
});

test('only the client speaks HTTP to the service', () => {
  const others = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith(`api${path.sep}`))
    .filter((file) =>
      ts
        .preProcessFile(readFileSync(path.join(source, file), 'utf8'))
        .importedFiles.some(({ fileName }) =>
          /^(node:)?https?$|node-fetch$|api\/(transport|exchange)$/.test(fileName),
        ),
    );
  expect(others).toEqual([]);
});

test.each([
  'await session.api.startInstance(id)',
  'const go = session.api.startInstance',
  'const go = session.api.startInstance.bind(session.api)',
  'const { startInstance } = session.api',
  'const { startInstance: go } = session.api',
  'const { "createInstance": go } = session.api',
  'const { api: { createInstance: go } } = session',
  'function send({ startInstance: go }: Pick<TensorDockApi, "startInstance">) {}',
  'session.api["startInstance"](id)',
  'session.api[`createInstance`](request)',
  'session.api["start" + "Instance"](id)',
  'const name = "startInstance"; other[name](id)',
  'Reflect.get(session.api, "startInstance")',
  'session?.api?.startInstance?.(id)',
  'export const own = { startInstance: inner }',
])('is not fooled by %s', (text) => {
  expect(holdsIn(parse(text))).not.toEqual([]);
});
