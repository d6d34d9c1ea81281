import path from 'node:path';

/** Which folders of `src` a folder may import from, besides itself; see CONTRIBUTING.md, "Where things are". */
const below = {
  base: [],
  api: ['base'],
  instances: ['base', 'api'],
  ssh: ['base', 'api'],
  remote: ['base', 'api', 'ssh'],
  cost: ['base', 'api', 'instances', 'ssh', 'remote'],
  automation: ['base', 'api', 'instances', 'ssh', 'remote', 'cost'],
  vscode: ['base', 'api', 'instances', 'ssh', 'remote', 'cost', 'automation'],
  // Runs in the browser, so nothing that uses Node.js or VS Code's API.
  'views/webview': ['base', 'api'],
  views: ['base', 'api', 'instances', 'ssh', 'remote', 'cost', 'automation', 'vscode', 'views/webview'],
  commands: ['base', 'api', 'instances', 'ssh', 'remote', 'cost', 'automation', 'vscode', 'views'],
  // A process of its own, which the editor isn't in.
  mcp: ['base'],
  tools: ['base', 'api', 'instances', 'ssh', 'remote', 'cost', 'automation', 'vscode', 'views', 'mcp'],
};
const usesVscode = ['vscode', 'views', 'commands', 'tools'];

const folders = Object.keys(below);

/** The folder of the house that a path inside `src` belongs to; `undefined` for a file right in `src`. */
function folderOf(inside) {
  const posix = inside.split(path.sep).join('/');
  // The longest name first, so that `views/webview` isn't taken for `views`.
  return folders
    .toSorted((one, other) => other.length - one.length)
    .find((name) => posix === name || posix.startsWith(`${name}/`));
}

/** What is wrong with the import of `specifier` by `file`, both as they are written; `undefined` if it's fine. */
function importProblem(file, specifier, source) {
  const folder = folderOf(path.relative(source, file));
  if (folder === undefined) return undefined;
  if (specifier === 'vscode' && !usesVscode.includes(folder)) return 'vscode';
  if (folder === 'views/webview' && specifier.startsWith('node:')) return 'node';
  if (!specifier.startsWith('.')) return undefined;
  const target = path.relative(source, path.resolve(path.dirname(file), specifier));
  if (target.startsWith('..')) return 'outside';
  const to = folderOf(target);
  return to === folder || (to !== undefined && below[folder].includes(to)) ? undefined : 'upward';
}

/** Holds the layers: static and dynamic imports, exports, types, and `require`. */
const imports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      upward: 'Imports go down only; see CONTRIBUTING.md.',
      outside: 'src imports nothing outside of src.',
      vscode: 'Only src/vscode, src/views, src/commands, and src/tools use VS Code’s API.',
      node: 'This runs in the browser.',
      unknown: 'Import a constant name, which lint can check.',
    },
  },
  create(context) {
    const source = path.join(context.cwd, 'src');
    const check = (node) => {
      if (node == null) return;
      if (typeof node.value !== 'string') {
        if (folderOf(path.relative(source, context.filename)) !== undefined)
          context.report({ node, messageId: 'unknown' });
        return;
      }
      const messageId = importProblem(context.filename, node.value, source);
      if (messageId) context.report({ node, messageId });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source),
      TSExternalModuleReference: (node) => check(node.expression),
      'CallExpression[callee.name="require"]': (node) => check(node.arguments[0]),
    };
  },
};

const showing =
  /^(show(Error|Warning|Information)Message|showQuickPick|showInputBox|show(Open|Save)Dialog|showWorkspaceFolderPick|createQuickPick|createInputBox|setStatusBarMessage|withProgress|withScmProgress)$/;

/** The text of a constant name, such as `a.name`, `a['name']`, or `{ name }`; `undefined` if it's computed. */
function constantName(key, computed) {
  if (!computed && key.type === 'Identifier') return key.name;
  if (key.type === 'Literal') return String(key.value);
  if (key.type === 'TemplateLiteral' && key.expressions.length === 0) return key.quasis[0].value.cooked;
  return undefined;
}

/** Leaves the showing of texts to the modules that clean them, however VS Code's functions are reached. */
const messages = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      show: 'Show texts through src/vscode/messages.ts or prompts.ts, which clean them.',
      window: 'Write vscode.window with a constant name, which lint can check.',
    },
  },
  create(context) {
    const isWindow = (node) =>
      (node.type === 'Identifier' && node.name === 'window') ||
      (node.type === 'MemberExpression' && constantName(node.property, node.computed) === 'window');
    return {
      MemberExpression(node) {
        const name = constantName(node.property, node.computed);
        if (name === undefined ? isWindow(node.object) : showing.test(name))
          context.report({ node, messageId: name === undefined ? 'window' : 'show' });
      },
      'ObjectPattern > Property'(node) {
        const name = constantName(node.key, node.computed);
        if (name !== undefined && (showing.test(name) || name === 'window'))
          context.report({ node, messageId: showing.test(name) ? 'show' : 'window' });
      },
      'ImportDeclaration[source.value="vscode"] > ImportSpecifier'(node) {
        if (constantName(node.imported, false) === 'window') context.report({ node, messageId: 'window' });
      },
      // An alias would hide what is called.
      'VariableDeclarator[init]'(node) {
        if (isWindow(node.init)) context.report({ node, messageId: 'window' });
      },
    };
  },
};

const billing = /^(startInstance|createInstance|modifyInstance)$/;

/** Leaves the requests that may start billing to the operations, which pass the budget gate before. */
const requests = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      billing: 'Only operations send what may start billing, after steps.requireBudget().',
      client: 'Write the client’s method as a constant name, which lint can check.',
    },
  },
  create(context) {
    const isClient = (node) =>
      /^(api|client)$/.test(
        (node.type === 'MemberExpression' ? constantName(node.property, node.computed) : node.name) ?? '',
      );
    return {
      MemberExpression(node) {
        const name = constantName(node.property, node.computed);
        if (name === undefined) {
          if (isClient(node.object)) context.report({ node, messageId: 'client' });
        } else if (billing.test(name)) context.report({ node, messageId: 'billing' });
      },
      'ObjectPattern > Property'(node) {
        const name = constantName(node.key, node.computed);
        if (name !== undefined && billing.test(name)) context.report({ node, messageId: 'billing' });
      },
    };
  },
};

/** The rules of this code base that no package has. */
export default { rules: { imports, messages, requests } };
