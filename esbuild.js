/* global require, __dirname */
// Bundles the extension into dist/: `node esbuild.js [--production] [--watch]`.
const { readdirSync, readFileSync, rmSync } = require('node:fs');
const path = require('node:path');
const esbuild = require('esbuild');
const { writeNotices } = require('./esbuild.notices');
const { writeTexts } = require('./esbuild.texts');

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const source = path.join(__dirname, 'src');
const dist = path.join(__dirname, 'dist');
/** Where main.js and what it loads later are kept as ES modules, on their way to CommonJS. */
const modules = path.join(dist, '.modules');

const shared = {
  absWorkingDir: __dirname,
  minify: production,
  sourcemap: !production,
  legalComments: 'none',
  metafile: true,
  logLevel: 'info',
};

/** node-fetch brings blobs and forms along for Nodes that have none; of forms we send none and get none. */
const nodesOwn = {
  name: 'nodes-own',
  setup(build) {
    build.onResolve({ filter: /^(fetch-blob|formdata-polyfill)/ }, () => ({
      path: 'blobs',
      namespace: 'nodes-own',
    }));
    // What would read a form.
    build.onResolve({ filter: /multipart-parser\.js$/ }, () => ({ path: 'node:buffer', external: true }));
    build.onLoad({ filter: /.*/, namespace: 'nodes-own' }, () => ({
      contents: [
        "const { Blob, File } = require('node:buffer');",
        'module.exports = { __esModule: true, default: Blob, Blob, File, FormData };',
      ].join('\n'),
    }));
  },
};

/** Modules that only the build has. */
const isMadeUp = (name) => /^(vscode-once|nodes-own):/.test(name);

const node = {
  ...shared,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['vscode'],
  // node-fetch brings streams for Nodes that have none; ours has them.
  alias: {
    'web-streams-polyfill/dist/ponyfill.es2018.js': 'node:stream/web',
    // What it adds helps where thousands of files are open, which isn't so here.
    'graceful-fs': 'node:fs',
  },
};

/** The start loads main.js itself, when it is first needed: it must not become part of it. */
const mainStaysOutside = {
  name: 'main-stays-outside',
  setup(build) {
    build.onResolve({ filter: /^\.\/main(\.js)?$/ }, () => ({ path: './main.js', external: true }));
  },
};

/** In place of VS Code's `l10n`: our texts are packed together. */
const ownTexts = [
  "import { textsOf } from './src/vscode/texts';",
  'export const l10n = textsOf(api.env.language, __dirname);',
];

/**
 * Each `import * as vscode` would ask VS Code for every member of its API when it is evaluated, once per module. This
 * way one module asks once, for the members that these source files name.
 */
function vscodeOnce(files) {
  const text = files.map((name) => readFileSync(path.join(source, name), 'utf8')).join('\n');
  const members = new Set([...text.matchAll(/\bvscode\.([A-Za-z]\w*)/g)].map(([, name]) => name));
  const contents = [
    "const api = require('vscode');",
    ...[...members].flatMap((name) => (name === 'l10n' ? ownTexts : `export const ${name} = api.${name};`)),
  ].join('\n');
  return {
    name: 'vscode-once',
    setup(build) {
      build.onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
        namespace === 'vscode-once'
          ? { path: 'vscode', external: true }
          : { path: 'vscode', namespace: 'vscode-once' },
      );
      build.onLoad({ filter: /^vscode$/, namespace: 'vscode-once' }, () => ({
        contents,
        resolveDir: __dirname,
      }));
    },
  };
}

/** All source files of the extension host. */
function sourceFiles() {
  return readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}

/** What a bundle imports at once or, if `later`, at any time, and what that imports, by file name. */
function importedBy(outputs, name, later = false, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const { imports } = outputs.get(name);
  for (const { path: file, kind } of imports) {
    if ((later || kind === 'import-statement') && outputs.has(path.basename(file))) {
      importedBy(outputs, path.basename(file), later, found);
    }
  }
  return found;
}

/** What each window loads when its first rows are shown. */
const neededSoon = /^(writing|sshFiles|client)-.*\.js$/;

/** So small that a file of its own would be half wrapping. */
const small = /^(changeReports|operationQuestions|yaml)-.*\.js$/;

/**
 * Only ES modules can be split into parts that are loaded when they are needed, and only CommonJS is loaded by every
 * extension host: so each part is converted after it was bundled. What is loaded at once anyway becomes one file,
 * another one what the background timer shares with it. What several parts share that are loaded later is joined in the
 * same way; one file is loaded and packed better than thirty.
 */
const toCommonJs = {
  name: 'to-commonjs',
  setup(build) {
    build.onEnd(async ({ errors, metafile }) => {
      if (errors.length > 0) return;
      const outputs = new Map(
        Object.entries(metafile.outputs).map(([file, output]) => [path.basename(file), output]),
      );
      // It has no VS Code, so it can load nothing from main.js, not even later.
      const timer = importedBy(outputs, 'stopTimer.js', true);
      const isVscode = (file) => file.startsWith('vscode-once:');
      if ([...timer].some((name) => Object.keys(outputs.get(name).inputs).some(isVscode))) {
        throw new Error('The background timer imports vscode.');
      }
      const atOnce = importedBy(outputs, 'main.js');
      // A package that few need stays in a file of its own.
      const isOwn = (name) =>
        Object.keys(outputs.get(name).inputs).every((file) => !file.includes('node_modules/'));
      const soon = new Set(
        [...outputs.keys()]
          .filter((name) => neededSoon.test(name))
          .flatMap((name) => [...importedBy(outputs, name)]),
      );
      const fileOf = (name) => {
        if (atOnce.has(name)) return timer.has(name) ? 'shared.js' : 'main.js';
        const isPart = soon.has(name) || small.test(name) || (name.startsWith('chunk-') && isOwn(name));
        if (!isPart) return undefined;
        return timer.has(name) ? 'requests.js' : 'later.js';
      };
      const joined = new Map(
        [...outputs.keys()]
          .filter((name) => name.endsWith('.js'))
          .map((name) => [name, fileOf(name)])
          .filter(([, file]) => file !== undefined),
      );
      const names = [...outputs.keys()].filter((name) => name.endsWith('.js') && !joined.has(name));
      await esbuild.build({
        ...shared,
        logLevel: 'warning',
        bundle: true,
        platform: 'node',
        format: 'cjs',
        target: 'node20',
        entryPoints: [...new Set(joined.values()), ...names].map((name) => ({
          in: names.includes(name) ? path.join(modules, name) : `joined:${name}`,
          out: name.slice(0, -'.js'.length),
        })),
        outdir: dist,
        external: ['vscode'],
        // `import()` becomes `require`, which is what an extension host loads fastest.
        supported: { 'dynamic-import': false },
        plugins: [requireOnce, joinedFiles(joined, (name) => outputs.get(name).exports)],
      });
      rmSync(modules, { recursive: true, force: true });
    });
  },
};

/**
 * Makes the files that consist of others, and lets the rest find those others in them. `joined`: which are in which.
 * `exportsOf`: what one of them exports.
 */
function joinedFiles(joined, exportsOf) {
  const names = [...joined.keys()];
  const key = (name) => `_${names.indexOf(name)}`;
  const fileOf = (importer) => joined.get(path.basename(importer)) ?? path.basename(importer);
  return {
    name: 'joined-files',
    setup(build) {
      build.onResolve({ filter: /^joined:/ }, ({ path: name }) => ({
        path: name.slice('joined:'.length),
        namespace: 'joined',
      }));
      build.onLoad({ filter: /.*/, namespace: 'joined' }, ({ path: file }) => ({
        resolveDir: modules,
        contents: [...joined]
          .filter(([, each]) => each === file)
          .map(([name]) =>
            name === file ? `export * from './${name}';` : `export * as ${key(name)} from './${name}';`,
          )
          .join('\n'),
      }));
      build.onResolve({ filter: /^\.\// }, ({ path: file, importer, namespace }) => {
        const name = path.basename(file);
        const target = joined.get(name);
        if (namespace === 'part') return { path: file, external: true };
        if (target === undefined) return { path: file, external: true };
        if (target === (namespace === 'joined' ? importer : fileOf(importer)))
          return { path: path.join(modules, name) };
        return { path: name, namespace: 'part' };
      });
      build.onLoad({ filter: /.*/, namespace: 'part' }, ({ path: name }) => ({
        resolveDir: modules,
        // Each name is taken once; else every file that uses one would copy all of them when it is loaded.
        contents: [
          `const part = require('once:./${joined.get(name)}').${key(name)};`,
          `export const { ${exportsOf(name).join(', ')} } = part;`,
        ].join('\n'),
      }));
    },
  };
}

/**
 * Every `require` passes through hooks of the extension host, which take longer than what is required: so a file asks
 * once for each of Node's modules and each other file, however many of its modules need it. Of Node's modules it takes
 * the names that are used; else each module that imports one would copy all of its names.
 */
const requireOnce = {
  name: 'require-once',
  setup(build) {
    const imported = importedFromNode();
    build.onResolve({ filter: /^(node|once):/ }, ({ path: name, namespace }) =>
      namespace === 'once'
        ? { path: name, external: true }
        : { path: name.replace(/^once:/, ''), namespace: 'once' },
    );
    build.onLoad({ filter: /^node:/, namespace: 'once' }, ({ path: name }) => ({
      contents: [
        `const api = require('${name}');`,
        'export default api;',
        `export const { ${[...(imported.get(name) ?? [])].join(', ')} } = api;`,
      ].join('\n'),
    }));
    build.onLoad({ filter: /^\./, namespace: 'once' }, ({ path: name }) => ({
      contents: `module.exports = require('${name}');`,
    }));
    build.onResolve({ filter: /^\./, namespace: 'once' }, ({ path: name }) => ({
      path: name,
      external: true,
    }));
  },
};

/** The names that our modules import from each of Node's. */
function importedFromNode() {
  const imported = new Map();
  for (const file of readdirSync(modules).filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(path.join(modules, file), 'utf8');
    for (const [, list, from] of text.matchAll(/\bimport\b[^"';]*\{([^}]*)\}\s*from\s*"(node:[^"]*)"/g)) {
      const names = list.split(',').map((each) => each.trim().split(' ')[0]);
      imported.set(from, new Set([...(imported.get(from) ?? []), ...names.filter(Boolean)]));
    }
  }
  return imported;
}

/** Each file directly in src/views/webview is one page's bundle; what they share is in bundles of its own. */
function webviewEntries() {
  const folder = path.join(source, 'views/webview');
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|css)$/.test(entry.name))
    .map((entry) => path.join(folder, entry.name));
}

const builds = [
  {
    ...node,
    format: 'cjs',
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    supported: { 'dynamic-import': false },
    plugins: [mainStaysOutside, vscodeOnce(['extension.ts', 'agentEntry.ts'])],
  },
  {
    // A process of its own, which an agent starts.
    ...node,
    format: 'cjs',
    entryPoints: ['src/mcp.ts'],
    outfile: 'dist/mcp.js',
  },
  {
    ...node,
    format: 'esm',
    splitting: true,
    // The background timer is a process of its own; what it shares with main.js is packed once.
    entryPoints: ['src/main.ts', 'src/stopTimer.ts'],
    outdir: modules,
    chunkNames: '[name]-[hash]',
    plugins: [vscodeOnce(sourceFiles()), nodesOwn, toCommonJs],
  },
  {
    ...shared,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    target: 'chrome120',
    entryPoints: webviewEntries(),
    // Escaped quotation marks and dashes take more room.
    charset: 'utf8',
    outdir: 'dist/webview',
    loader: { '.ttf': 'file', '.svg': 'file' },
    assetNames: '[name]',
  },
];

/** What is in any of the builds, except for modules that only they have. */
function merged(metafiles) {
  const files = (inputs) => inputs.filter(([name]) => !isMadeUp(name));
  const entries = (kind) => metafiles.flatMap((metafile) => Object.entries(metafile[kind]));
  return {
    inputs: Object.fromEntries(
      files(entries('inputs')).map(([name, input]) => [
        name,
        { ...input, imports: input.imports.filter((each) => !isMadeUp(each.path)) },
      ]),
    ),
    outputs: Object.fromEntries(
      entries('outputs').map(([name, output]) => [
        name,
        { ...output, inputs: Object.fromEntries(files(Object.entries(output.inputs))) },
      ]),
    ),
  };
}

async function run() {
  rmSync(dist, { recursive: true, force: true });
  if (!watch) {
    const results = await Promise.all(builds.map((options) => esbuild.build(options)));
    writeTexts(production);
    if (production) await writeNotices(merged(results.map(({ metafile }) => metafile)));
    return;
  }
  const contexts = await Promise.all(builds.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
  writeTexts(production);
}

run().catch((error) => {
  // esbuild has already printed what is wrong with the source.
  if (!error.errors) console.error(error);
  process.exitCode = 1;
});
