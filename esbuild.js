/* global require, __dirname */
// Bundles the extension into dist/: `node esbuild.js [--production] [--watch]`.
const { existsSync, readdirSync, rmSync } = require('node:fs');
const path = require('node:path');
const esbuild = require('esbuild');

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const webviewFolder = path.join(__dirname, 'src/views/webview');

const shared = {
  absWorkingDir: __dirname,
  bundle: true,
  minify: production,
  sourcemap: !production,
  legalComments: 'none',
  logLevel: 'info',
};

const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // Names of error classes are read at run time.
  keepNames: true,
  // `import()` becomes `require`, which is what an extension host loads fastest.
  supported: { 'dynamic-import': false },
  external: ['vscode'],
  // node-fetch brings streams for Nodes that have none; ours has them.
  alias: { 'web-streams-polyfill/dist/ponyfill.es2018.js': 'node:stream/web' },
};

/** The start loads main.js itself, when it is first needed: it must not become part of it. */
const mainStaysOutside = {
  name: 'main-stays-outside',
  setup(build) {
    build.onResolve({ filter: /^\.\/main(\.js)?$/ }, () => ({ path: './main.js', external: true }));
  },
};

/** Each file directly in src/views/webview is one bundle; what they share lives in folders below. */
function webviewEntries() {
  if (!existsSync(webviewFolder)) return [];
  return readdirSync(webviewFolder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|css)$/.test(entry.name))
    .map((entry) => path.join(webviewFolder, entry.name));
}

const builds = [
  {
    ...node,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    plugins: [mainStaysOutside],
  },
  { ...node, entryPoints: ['src/main.ts'], outfile: 'dist/main.js' },
  {
    ...shared,
    platform: 'browser',
    format: 'iife',
    target: 'chrome120',
    entryPoints: webviewEntries(),
    outdir: 'dist/webview',
    loader: { '.ttf': 'file', '.svg': 'file' },
    assetNames: '[name]',
  },
].filter((options) => options.entryPoints.every((entry) => existsSync(path.resolve(__dirname, entry))));

async function run() {
  rmSync(path.join(__dirname, 'dist'), { recursive: true, force: true });
  if (!watch) {
    await Promise.all(builds.map((options) => esbuild.build(options)));
    return;
  }
  const contexts = await Promise.all(builds.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
}

run().catch(() => {
  // esbuild has already printed what is wrong.
  process.exitCode = 1;
});
