import { execFile, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { cacheFolder, makeOnce, projectRoot } from './install';

const installedBrowsers = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser'];

/** Where Debian and its relatives keep the libraries that a headless Chromium may miss. */
const packagesOf: Readonly<Record<string, string>> = {
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libsmime3.so': 'libnss3',
  'libnspr4.so': 'libnspr4',
  'libexpat.so.1': 'libexpat1',
  'libfontconfig.so.1': 'libfontconfig1',
  'libfreetype.so.6': 'libfreetype6',
  'libdbus-1.so.3': 'libdbus-1-3',
  'libglib-2.0.so.0': 'libglib2.0-0',
  'libgbm.so.1': 'libgbm1',
};

/**
 * Starts a headless browser that reaches nothing but loopback: the one of the npm package, or `CHROME_PATH`, or an
 * installed Chrome or Chromium where the package has none for this computer.
 * @throws Error that names a missing library and how to install it
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await browserExecutable();
  checkLibraries(executablePath);
  return chromium.launch({
    executablePath,
    args: [
      '--headless=shell',
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--font-render-hinting=none',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
    ],
  });
}

/** The file of the browser that tests use; unpacks it on first use. */
export async function browserExecutable(): Promise<string> {
  const chosen = process.env.CHROME_PATH;
  if (chosen) return chosen;
  if (process.platform !== 'linux' || process.arch !== 'x64') return installedBrowser();
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@sparticuz/chromium');
  const folder = path.join(cacheFolder, 'chromium');
  await mkdir(cacheFolder, { recursive: true });
  await makeOnce(folder, entry, async () => {
    // The package unpacks to the temporary folder, which is shared and guessable: it is given another one.
    const script = "import('@sparticuz/chromium').then((chromium) => chromium.default.executablePath())";
    await promisify(execFile)(process.execPath, ['-e', script], {
      cwd: projectRoot,
      env: { ...process.env, TMPDIR: folder },
    });
  });
  return path.join(folder, 'chromium');
}

function installedBrowser(): string {
  const finder = process.platform === 'win32' ? 'where' : 'which';
  for (const name of installedBrowsers) {
    const found = spawnSync(finder, [name], { encoding: 'utf8' });
    const first = found.stdout.split('\n')[0]?.trim();
    if (found.status === 0 && first) return first;
  }
  throw new Error('No Chrome or Chromium was found. Install one, or set CHROME_PATH to its file.');
}

function checkLibraries(executable: string): void {
  if (process.platform !== 'linux') return;
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8' });
  const missing = [...(stdout || '').matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '');
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((name) => packagesOf[name] ?? `the package with ${name}`))];
  throw new Error(
    `The test browser lacks ${missing.join(', ')}. Install them, on Debian or Ubuntu with: ` +
      `sudo apt-get install ${packages.join(' ')}`,
  );
}
