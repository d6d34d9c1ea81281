import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Where a window of the editor listens, and what it wants to hear first. Kept in a file that only this person can read. */
export interface Endpoint {
  /** The path of a socket, or the name of a pipe on Windows. */
  readonly address: string;
  readonly secret: string;
}

/** An endpoint and the file it was read from. */
export interface EndpointFile extends Endpoint {
  readonly file: string;
}

/** What the names of the files end with. */
export const endpointSuffix = '.window.json';

/** The folder of the files, inside the storage of the extension. */
export function endpointFolder(storage: string): string {
  return path.join(storage, 'agents');
}

/** The windows that listen, or did when they were last seen: the one that had the focus last comes first. */
export async function endpoints(folder: string): Promise<readonly EndpointFile[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith(endpointSuffix))
      .map(async (name) => readEndpoint(path.join(folder, name)).catch(() => undefined)),
  );
  return found
    .filter((one) => one !== undefined)
    .sort((one, other) => other.focusedAt - one.focusedAt)
    .map(({ file, address, secret }) => ({ file, address, secret }));
}

/** Removes what a window left that ended without doing so. */
export async function forget({ file, address }: EndpointFile): Promise<void> {
  await rm(file, { force: true });
  if (path.isAbsolute(address) && !address.startsWith('\\\\')) await rm(address, { force: true });
}

async function readEndpoint(file: string): Promise<(EndpointFile & { focusedAt: number }) | undefined> {
  const { mtimeMs, mode, uid } = await stat(file);
  // What others can write may lead to a window of theirs.
  const own = process.getuid?.();
  if (own !== undefined && (uid !== own || (mode & 0o077) !== 0)) return undefined;
  const data: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof data !== 'object' || data === null) return undefined;
  const { address, secret }: { address?: unknown; secret?: unknown } = data;
  if (typeof address !== 'string' || typeof secret !== 'string' || secret.length < 32) return undefined;
  return { file, address, secret, focusedAt: mtimeMs };
}
