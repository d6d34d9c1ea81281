import { errorCode } from '../../base/fileErrors';
import * as l10n from '@vscode/l10n';

/** Why an SSH file couldn't be read, or wasn't changed. */
export type SshFileErrorCode =
  | 'no-permission'
  | 'not-a-file'
  | 'link-loop'
  | 'not-text'
  | 'too-large'
  | 'unreadable'
  | 'read-only'
  | 'hard-linked'
  | 'changed-meanwhile'
  | 'locked'
  | 'bad-value';

/** Nothing was changed. The message says what is wrong and what to do. */
export class SshFileError extends Error {
  constructor(
    readonly code: SshFileErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SshFileError';
  }
}

/** A system error that occurred while reading `path`. */
export function readError(path: string, error: unknown): SshFileError {
  const options = { cause: error };
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return new SshFileError(
        'no-permission',
        l10n.t('{0} can’t be read. Nothing was changed. Check its permissions.', path),
        options,
      );
    case 'EISDIR':
    case 'ENOTDIR':
      return notAFile(path, options);
    case 'ELOOP':
      return new SshFileError(
        'link-loop',
        l10n.t('{0} is a symbolic link to itself. Nothing was changed. Fix the link.', path),
        options,
      );
    default:
      return new SshFileError(
        'unreadable',
        l10n.t('{0} couldn’t be read ({1}). Nothing was changed.', path, errorCode(error) ?? String(error)),
        options,
      );
  }
}

export function notAFile(path: string, options?: ErrorOptions): SshFileError {
  return new SshFileError(
    'not-a-file',
    l10n.t('{0} isn’t a regular file. Nothing was changed. Move it out of the way.', path),
    options,
  );
}

/** A system error that occurred while writing `path`. */
export function writeError(path: string, error: unknown): SshFileError {
  if (error instanceof SshFileError) return error;
  return new SshFileError(
    'read-only',
    l10n.t('{0} couldn’t be written ({1}).', path, errorCode(error) ?? String(error)),
    { cause: error },
  );
}

/** A value that OpenSSH would misread; `what` names it. */
export function badValue(what: string, value: string): SshFileError {
  const shown = JSON.stringify(value.slice(0, 80));
  return new SshFileError('bad-value', l10n.t('{0} isn’t valid in an SSH configuration: {1}.', what, shown));
}
