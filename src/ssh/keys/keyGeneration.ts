import { isErrorCode } from '../../base/fileErrors';
import { plainText } from '../../base/text';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { LocalKey } from './keys';
import { isEncryptedPrivateKey } from './privateKey';
import { KeyError, parsePublicKey } from './publicKey';
import { makePrivateFolder } from '../config/fileLock';
import { run } from '../connect/run';

export interface KeyGenerationOptions {
  readonly sshKeygen: string;
  /** Created with mode 0700 if it's missing. */
  readonly folder: string;
  /** The file's name in `folder`; the public half gets `.pub`. Letters, digits, `_`, `.` and `-`. */
  readonly name: string;
  /** For people; goes into the public half. */
  readonly comment: string;
  /** Empty or missing: none. At most 1000 bytes, one line. Not on Windows, see {@link canSetPassphrase}. */
  readonly passphrase?: string;
  readonly signal?: AbortSignal;
}

/**
 * Whether a passphrase can be passed without showing it in the process list. On Windows `ssh-keygen` reads it only from
 * a console; there {@link keygenArguments} are for a terminal, where the person types it.
 */
export const canSetPassphrase: boolean = process.platform !== 'win32';

/** The arguments for `ssh-keygen` in a terminal, which asks for the passphrase itself. */
export function keygenArguments(file: string, comment: string): string[] {
  return ['-t', 'ed25519', '-f', file, '-C', plainText(comment)];
}

/**
 * Creates an ed25519 key with the real `ssh-keygen`, mode 0600, in our folder. Never overwrites: an existing file of
 * that name is a {@link KeyError} `exists`. The passphrase is never on a command line or in a file.
 */
export async function generateKey(options: KeyGenerationOptions): Promise<LocalKey> {
  const { folder, name, comment, passphrase = '', signal } = options;
  checkName(name);
  checkPassphrase(passphrase);
  const file = path.join(folder, name);
  await makePrivateFolder(folder);
  await refuseExisting(file);
  await refuseExisting(`${file}.pub`);
  // In a folder of its own `ssh-keygen` never gets to ask whether to overwrite, which a passphrase could answer.
  const workFolder = await mkdtemp(path.join(folder, '.new-'));
  const made = path.join(workFolder, name);
  try {
    await runKeygen(options.sshKeygen, made, comment, passphrase, signal);
    const key = parsePublicKey(await readFile(`${made}.pub`, 'utf8'));
    if (isEncryptedPrivateKey(await readFile(made, 'utf8')) !== (passphrase !== '')) {
      throw new KeyError(
        'passphrase',
        l10n.t('ssh-keygen didn’t accept the passphrase, so the key was discarded.'),
      );
    }
    await putInPlace(made, file);
    await putInPlace(`${made}.pub`, `${file}.pub`);
    return { ...key, publicKeyFile: `${file}.pub`, privateKeyFile: file, inAgent: false };
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function runKeygen(
  sshKeygen: string,
  file: string,
  comment: string,
  passphrase: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const args = ['-q', ...keygenArguments(file, comment)];
  // Without a terminal, and with asking by a window forbidden, `ssh-keygen` reads the passphrase and its
  // repetition from standard input; `run` gives every process a session of its own.
  const secret =
    passphrase === ''
      ? { args: [...args, '-N', ''], input: undefined }
      : { args, input: `${passphrase}\n${passphrase}\n` };
  const env = { LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never', SSH_ASKPASS: undefined, DISPLAY: undefined };
  let failure: string;
  try {
    const result = await run(sshKeygen, secret.args, { input: secret.input, env, signal, timeoutMs: 30_000 });
    if (result.exitCode === 0) return;
    failure = plainText(result.stderr);
  } catch (error) {
    if (signal?.aborted) throw error;
    failure = plainText(String(error));
  }
  throw new KeyError('keygen-failed', l10n.t('ssh-keygen couldn’t create a key: {0}', failure));
}

function checkName(name: string): void {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(name) || name.endsWith('.pub')) {
    throw new KeyError(
      'keygen-failed',
      l10n.t('"{0}" isn’t a valid name for a key file. Use letters, digits, "-", and "_".', plainText(name)),
    );
  }
}

function checkPassphrase(passphrase: string): void {
  if (Buffer.byteLength(passphrase) > 1000 || /\p{Cc}/u.test(passphrase)) {
    throw new KeyError('passphrase', l10n.t('A passphrase must be a single line of at most 1000 bytes.'));
  }
  if (passphrase !== '' && !canSetPassphrase) {
    throw new KeyError(
      'passphrase',
      l10n.t('On Windows, create a key with a passphrase in a terminal, where ssh-keygen asks for it.'),
    );
  }
}

async function refuseExisting(file: string): Promise<void> {
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists) throw existsError(file);
}

async function putInPlace(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    await chmod(to, 0o600);
  } catch (error) {
    throw isErrorCode(error, 'EEXIST') ? existsError(to) : error;
  }
}

function existsError(file: string): KeyError {
  return new KeyError('exists', l10n.t('{0} already exists and wasn’t changed. Choose another name.', file));
}
