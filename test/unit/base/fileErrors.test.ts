import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { errorCode, isErrorCode } from '../../../src/base/fileErrors';

describe('codes of file errors', () => {
  it('are read from a system error', async () => {
    const error: unknown = await readFile('/nowhere/at/all').catch((failure: unknown) => failure);
    expect(errorCode(error)).toBe('ENOENT');
    expect(isErrorCode(error, 'EACCES', 'ENOENT')).toBe(true);
    expect(isErrorCode(error, 'EACCES')).toBe(false);
  });

  it('are missing from everything else', () => {
    for (const other of [undefined, null, 'ENOENT', new Error('ENOENT'), { code: 2 }]) {
      expect(errorCode(other)).toBeUndefined();
      expect(isErrorCode(other, 'ENOENT')).toBe(false);
    }
  });
});
