/** A field as SSH writes it (RFC 4251, 5). */
const field = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
/** The line of a public key of these fields. */
export const line = (type: string, ...fields: (string | Buffer)[]): string =>
  `${type} ${Buffer.concat(fields.map(field)).toString('base64')}`;
