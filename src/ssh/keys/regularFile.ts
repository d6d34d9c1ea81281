import { constants, open } from 'node:fs/promises';

/**
 * The first `maxBytes` of a regular file, but never of a pipe or a device, which could block or never end. Throws
 * the system's errors, and `EISDIR` for anything that isn't a file.
 */
export async function readRegularFile(file: string, maxBytes: number): Promise<string> {
  // Windows has no O_NONBLOCK; there it counts as 0.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw Object.assign(new Error('Not a regular file'), { code: 'EISDIR' });
    const buffer = Buffer.alloc(Math.min(info.size, maxBytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
