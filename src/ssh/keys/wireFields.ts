/** Reads the length-prefixed strings and numbers of RFC 4251, section 5, one after the other. */
export class WireFields {
  private offset = 0;

  constructor(private readonly blob: Buffer) {}

  /** Whether everything was read. */
  get done(): boolean {
    return this.offset === this.blob.length;
  }

  /** A string; `undefined`, and nothing is read, if it isn't whole. */
  next(): Buffer | undefined {
    if (this.offset + 4 > this.blob.length) return undefined;
    const start = this.offset + 4;
    const end = start + this.blob.readUInt32BE(this.offset);
    if (end > this.blob.length) return undefined;
    this.offset = end;
    return this.blob.subarray(start, end);
  }

  /** The same as text. */
  text(): string | undefined {
    return this.next()?.toString('latin1');
  }

  /** A number of four bytes. */
  number(): number | undefined {
    if (this.offset + 4 > this.blob.length) return undefined;
    this.offset += 4;
    return this.blob.readUInt32BE(this.offset - 4);
  }
}
