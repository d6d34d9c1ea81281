/* global require, exports, performance, clearTimeout */
// Activates the extensions that are measured, one after the other, before VS Code does, and writes down how long their
// own code ran: loading it, `activate`, and what `activate` loads at once.
const { appendFileSync, writeFileSync } = require('node:fs');
const { Session } = require('node:inspector/promises');
const Module = require('node:module');
const path = require('node:path');
const vscode = require('vscode');

const { TENSORDOCK_BENCH: world } = process.env;
const { ids, resultFile, profileFile, showsRows } = JSON.parse(world);
/** Where the code of an extension begins to run: its own, and that of the file that it loads at once. */
const entryPoints = ['activate', 'start'];

exports.activate = async () => {
  // What VS Code activated already, such as for a view that is restored, can't be measured: this round doesn't count.
  const isActive = ids.some((id) => vscode.extensions.getExtension(id).isActive);
  const round = [];
  if (!isActive) for (const id of ids.toSorted(() => Math.random() - 0.5)) round.push(await measure(id));
  appendFileSync(resultFile, `${JSON.stringify(round)}\n`);
};

async function measure(id) {
  const extension = vscode.extensions.getExtension(id);
  const session = profileFile && id.endsWith('.tensordock') ? await startProfile() : undefined;
  const begun = performance.now();
  const clock = countOwnTime(extension);
  const api = await extension.activate();
  const doneMs = performance.now() - begun;
  const rows = showsRows ? await firstRows(api) : undefined;
  const rowsMs = rows === undefined ? undefined : performance.now() - begun;
  clock.stop();
  if (session) {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(profileFile, JSON.stringify(profile));
    session.disconnect();
  }
  return { id, ownMs: clock.ownMs(), doneMs, rowsMs };
}

/** Adds up the time in which modules of the extension are loaded and its entry points run. */
function countOwnTime(extension) {
  const { extensionPath, packageJSON } = extension;
  const main = require.resolve(path.resolve(extensionPath, packageJSON.main));
  const load = Module._load;
  let ownMs = 0;
  let running = false;
  const timed = (work) => {
    if (running) return work();
    running = true;
    const begun = performance.now();
    try {
      return work();
    } finally {
      ownMs += performance.now() - begun;
      running = false;
    }
  };
  Module._load = function (request, parent, ...rest) {
    const isMain = request === main || (path.isAbsolute(request) && path.relative(request, main) === '');
    const isPart = parent?.filename === main && request === './main.js';
    if (!isMain && !isPart) return load.call(this, request, parent, ...rest);
    const loaded = timed(() => load.call(this, request, parent, ...rest));
    const wrapped = { ...loaded };
    for (const name of entryPoints) {
      if (typeof loaded[name] === 'function') wrapped[name] = (...args) => timed(() => loaded[name](...args));
    }
    return wrapped;
  };
  return { ownMs: () => ownMs, stop: () => (Module._load = load) };
}

/** Resolves when an extension that tells of its instances has some; undefined for others, or if it has none soon. */
async function firstRows(api) {
  if (api?.onDidChangeInstances === undefined) return undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(undefined), 3_000);
    const listener = api.onDidChangeInstances((ids) => done(ids.length));
    const done = (count) => {
      clearTimeout(timer);
      listener.dispose();
      resolve(count);
    };
  });
}

async function startProfile() {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  return session;
}
