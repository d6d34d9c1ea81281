import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrorCode } from '../../base/fileErrors';

/** Whether a folder can be written, or created if it's missing. Writes nothing. */
export async function isWritableFolder(folder: string, platform: NodeJS.Platform): Promise<boolean> {
  try {
    const info = await stat(folder);
    if (!info.isDirectory()) return false;
    // Windows has no such bits for folders. Root could write in spite of them, but someone took them away on purpose.
    if (platform !== 'win32' && (info.mode & 0o222) === 0) return false;
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    const parent = dirname(folder);
    return isErrorCode(error, 'ENOENT') && parent !== folder && isWritableFolder(parent, platform);
  }
}
