import { readPublicBlob, type PublicKey } from './publicKey';
import { WireFields } from './wireFields';

/** Whether a private key file asks for a passphrase; of the older formats only PEM says so in the clear. */
export function isEncryptedPrivateKey(text: string): boolean {
  if (/^Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text)) return true;
  const cipher = opensshFields(text)?.text();
  return cipher !== undefined && cipher !== 'none';
}

/**
 * The public half, which OpenSSH's format holds in the clear even if the key has a passphrase; `undefined` for other
 * formats. Source: PROTOCOL.key of OpenSSH.
 */
export function publicHalf(text: string): PublicKey | undefined {
  const fields = opensshFields(text);
  // Cipher, key derivation, its options, and the number of keys come first.
  if (!fields?.next() || !fields.next() || !fields.next() || fields.number() === undefined) return undefined;
  const blob = fields.next();
  return blob === undefined ? undefined : readPublicBlob(blob);
}

function opensshFields(text: string): WireFields | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  const magic = 'openssh-key-v1\0';
  const blob = Buffer.from(body ?? '', 'base64');
  return blob.toString('latin1', 0, magic.length) === magic
    ? new WireFields(blob.subarray(magic.length))
    : undefined;
}
