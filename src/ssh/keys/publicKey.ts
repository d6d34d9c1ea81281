import { plainText } from '../../base/text';
import { createHash } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import { WireFields } from './wireFields';

/** An OpenSSH public key, checked. */
export interface PublicKey {
  /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, `sk-ssh-ed25519@openssh.com`, ... */
  readonly type: string;
  /** The key itself, padded base64: two keys are the same if this is. */
  readonly body: string;
  /** Cleaned text for people; may be empty. */
  readonly comment: string;
  /** As `ssh-keygen -l` shows it: `SHA256:...`. */
  readonly fingerprint: string;
}

export type KeyErrorCode =
  'not-a-key' | 'private-key' | 'certificate' | 'exists' | 'passphrase' | 'keygen-failed';

/** Why a key isn't usable or wasn't created. The message never holds key material. */
export class KeyError extends Error {
  constructor(
    readonly code: KeyErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'KeyError';
  }
}

/** Whether the fields of a key's body after its type are those that the type has (RFC 4253, 6.6). */
type Shape = (fields: WireFields) => boolean;

const ecdsa =
  (curve: string, bytes: number): Shape =>
  (fields) =>
    fields.text() === curve && fields.next()?.length === bytes;

/** The types that servers accept today. The body of each repeats its type, then has this shape. */
const shapes: Readonly<Record<string, Shape>> = {
  'ssh-ed25519': (fields) => fields.next()?.length === 32,
  'ssh-rsa': (fields) => (fields.next()?.length ?? 0) > 0 && (fields.next()?.length ?? 0) >= 128,
  'ecdsa-sha2-nistp256': ecdsa('nistp256', 65),
  'ecdsa-sha2-nistp384': ecdsa('nistp384', 97),
  'ecdsa-sha2-nistp521': ecdsa('nistp521', 133),
  'sk-ssh-ed25519@openssh.com': (fields) => fields.next()?.length === 32 && fields.next() !== undefined,
  'sk-ecdsa-sha2-nistp256@openssh.com': (fields) =>
    ecdsa('nistp256', 65)(fields) && fields.next() !== undefined,
};

/**
 * Reads one public key, a line of a `.pub` file or of `ssh-add -L`.
 * @throws KeyError that says what it is instead: a private key, a certificate, or something else.
 */
export function parsePublicKey(text: string): PublicKey {
  if (text.includes('PRIVATE KEY')) {
    throw new KeyError(
      'private-key',
      l10n.t(
        'This is a private key, which must never leave your computer. Use the public key, the file that ends in .pub.',
      ),
    );
  }
  const match = /^([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+(.*))?$/.exec(text.trim());
  const [, type = '', body = '', comment = ''] = match ?? [];
  if (type.includes('-cert-')) {
    throw new KeyError(
      'certificate',
      l10n.t('This is a certificate. Use the public key that it was issued for.'),
    );
  }
  const blob = Buffer.from(body, 'base64');
  const shape = Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  const fields = new WireFields(blob);
  if (
    shape === undefined ||
    blob.toString('base64') !== body ||
    fields.text() !== type ||
    !shape(fields) ||
    !fields.done
  ) {
    throw new KeyError(
      'not-a-key',
      l10n.t('This isn’t a public SSH key. Use one line such as "ssh-ed25519 AAAA… name".'),
    );
  }
  return { type, body, comment: plainText(comment), fingerprint: fingerprintOf(blob) };
}

/** The line of a `.pub` file, without a line end. */
export function formatPublicKey(key: PublicKey): string {
  return [key.type, key.body, key.comment].filter((part) => part !== '').join(' ');
}

/** Reads the body of a key; `undefined` if it isn't one of a type that servers accept. */
export function readPublicBlob(blob: Buffer): PublicKey | undefined {
  const type = new WireFields(blob).text() ?? '';
  try {
    return parsePublicKey(`${type} ${blob.toString('base64')}`);
  } catch {
    return undefined;
  }
}

/** As OpenSSH shows it: unpadded base64. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}
