import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { projectRoot } from '../workbench/install';
import { exactly, type Row } from './measure';

const kilobyte = 1_000;

/** How large the released files are. */
export async function sizes(peers: readonly string[]): Promise<readonly Row[]> {
  const size = async (...names: readonly string[]): Promise<number> => {
    const files = await Promise.all(names.map((name) => stat(path.join(projectRoot, 'dist', name))));
    return files.reduce((sum, file) => sum + file.size, 0);
  };
  const pages = (await readdir(path.join(projectRoot, 'dist/webview'))).map((name) => `webview/${name}`);
  return [
    row('Loaded at VS Code’s start', await size('extension.js')),
    row('Loaded at once while an instance is running', await size('main.js', 'shared.js'), 'at most 250 KB'),
    row('All pages together', await size(...pages)),
    row('Package', await packed(), 'at most 400 KB'),
    ...(await Promise.all(
      peers.map(async (file) => row(`Package ${path.basename(file)}`, (await stat(file)).size)),
    )),
  ];
}

function row(title: string, bytes: number, goal?: string): Row {
  return { title, unit: 'KB', ours: exactly(bytes / kilobyte), goal };
}

/** The bytes of what is packed, compressed as in the package. */
async function packed(): Promise<number> {
  const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');
  const { stdout } = await promisify(execFile)(process.execPath, [vsce, 'ls', '--no-dependencies'], {
    cwd: projectRoot,
  });
  const files = stdout.trim().split('\n');
  const parts = await Promise.all(
    files.map(async (file) => deflateSync(await readFile(path.join(projectRoot, file))).length),
  );
  return parts.reduce((sum, part) => sum + part, 0);
}
