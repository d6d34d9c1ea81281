import { readPublicBlob, type PublicKey } from './publicKey';

/** Whether a private key file asks for a passphrase; of the older formats only PEM says so in the clear. */
export function isEncryptedPrivateKey(text: string): boolean {
  if (/^Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text)) return true;
  const [cipher] = opensshFields(text);
  return cipher !== undefined && cipher.toString('latin1') !== 'none';
}

/**
 * The public half, which OpenSSH's format holds in the clear even if the key has a passphrase; `undefined` for other
 * formats. Source: PROTOCOL.key of OpenSSH.
 */
export function publicHalf(text: string): PublicKey | undefined {
  const blob = opensshFields(text)[4];
  return blob === undefined ? undefined : readPublicBlob(blob);
}

/** Cipher, key derivation, its options, the number of keys, and the public half; empty if it's another format. */
function opensshFields(text: string): readonly Buffer[] {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  const magic = 'openssh-key-v1\0';
  const blob = Buffer.from(body ?? '', 'base64');
  if (blob.toString('latin1', 0, magic.length) !== magic) return [];
  const fields: Buffer[] = [];
  let at = magic.length;
  for (let index = 0; index < 5 && at + 4 <= blob.length; index++) {
    // The fourth is a number and not a string.
    const length = index === 3 ? 0 : blob.readUInt32BE(at);
    if (at + 4 + length > blob.length) break;
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}
