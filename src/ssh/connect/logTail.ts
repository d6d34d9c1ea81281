import { open, truncate } from 'node:fs/promises';
import type { Disposable } from '../../base/disposable';
import { maxLogBytes } from './loggedSsh';

/** Often while something is expected to be written, seldom later. Milliseconds of the real clock. */
const busyMs = 50;
const quietMs = 1_000;

/** Follows a log that a process of ours appends to, a line at a time, and keeps the file small. */
export class LogTail implements Disposable {
  private timer: NodeJS.Timeout | undefined;
  private offset = 0;
  private unfinished = '';
  private reading: Promise<void> = Promise.resolve();
  private disposed = false;
  /** Until then it reads often; it starts as forever. */
  private quiet = false;

  constructor(
    private readonly file: string,
    private readonly onLine: (line: string) => void,
  ) {
    this.schedule();
  }

  /** Nothing urgent is expected any more. */
  slowDown(): void {
    this.quiet = true;
  }

  /** Reads what was written so far. */
  async flush(): Promise<void> {
    this.reading = this.reading.then(() => this.read());
    await this.reading;
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.disposed) return;
    this.timer = setTimeout(
      () => void this.flush().finally(() => this.schedule()),
      this.quiet ? quietMs : busyMs,
    );
  }

  private async read(): Promise<void> {
    const handle = await open(this.file).catch(() => undefined);
    if (handle === undefined) return;
    try {
      const { size } = await handle.stat();
      if (size < this.offset) this.offset = 0;
      const buffer = Buffer.alloc(Math.min(Math.max(0, size - this.offset), maxLogBytes));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.offset);
      this.offset += bytesRead;
      const lines = (this.unfinished + buffer.toString('utf8', 0, bytesRead)).split(/\r?\n/);
      this.unfinished = (lines.pop() ?? '').slice(-4096);
      for (const line of lines) if (!this.disposed) this.onLine(line);
      // `ssh` appends, so that an emptied log goes on at its start.
      if (this.offset >= maxLogBytes && !this.disposed) {
        await truncate(this.file).catch(() => undefined);
        this.offset = 0;
      }
    } finally {
      await handle.close();
    }
  }
}
