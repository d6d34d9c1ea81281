import { errorCode } from '../../base/fileErrors';
import { plainText } from '../../base/text';
import { abortReason } from '../../base/abort';
import { delay, type Clock } from '../../base/clock';
import net from 'node:net';
import { type SshOutcome } from './outcome';

/** What one look at a port found. `ready`: an SSH server said who it is. */
export type BannerResult =
  | { readonly kind: 'ready'; readonly banner: string }
  | Extract<SshOutcome, { kind: 'closed' | 'timeout' | 'unreachable' | 'not-ssh' }>;

export interface BannerOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** For one look, connection and banner together. Default 10 s. */
  readonly attemptMs?: number;
}

export interface BannerWaitOptions extends BannerOptions {
  /** For all looks together; the last result is the answer then. */
  readonly limitMs: number;
  /** Told each result that is not the last. */
  readonly onAttempt?: (result: BannerResult) => void;
  /** 0 to 1; spreads the looks of many windows. */
  readonly random?: () => number;
}

/** Pauses between two looks, in milliseconds: they grow from the first to the last. */
const firstPauseMs = 1000;
const longestPauseMs = 8000;

/** As many answers that are no SSH in a row are not a machine that still boots. */
const notSshLimit = 3;

/** A server may say more before its identification (RFC 4253, 4.2); beyond this it is not one. */
const maxBytes = 64 * 1024;

/** The client's own line: a server that waits for the other side to speak (HTTP) answers it at once. */
const ownIdentification = 'SSH-2.0-tensordock_probe\r\n';

/**
 * Connects once and reads until the server's identification line. No credentials, no process. Rejects only with
 * the reason of the signal.
 */
export function readBanner(options: BannerOptions): Promise<BannerResult> {
  const { host, port, clock, signal, attemptMs = 10_000 } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    let received = '';
    const socket = net.connect({ host, port });
    const end = (act: () => void): void => {
      timer.dispose();
      signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
      act();
    };
    const finish = (result: BannerResult): void => end(() => resolve(result));
    const onAbort = (): void => end(() => reject(abortReason(signal)));
    /** The end without an identification: `kind` where the server said nothing at all. */
    const finishWithout = (kind: 'closed' | 'timeout', said?: string): void =>
      finish(received === '' ? { kind, said } : { kind: 'not-ssh', said: plainText(received) });

    const timer = clock.after(attemptMs, () => finishWithout('timeout'));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('connect', () => socket.write(ownIdentification));
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const banner = identification(received);
      if (banner !== undefined) finish({ kind: 'ready', banner });
      else if (isSurelyNotSsh(received)) finish({ kind: 'not-ssh', said: plainText(received) });
    });
    socket.on('end', () => finishWithout('closed'));
    socket.on('close', () => finishWithout('closed'));
    socket.on('error', (error) => {
      const code = errorCode(error) ?? '';
      if (code === 'ETIMEDOUT') finishWithout('timeout');
      else if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE') finishWithout('closed');
      else finish({ kind: 'unreachable', said: plainText(code === '' ? error.message : code) });
    });
  });
}

/**
 * Looks again, with growing pauses, until an SSH server answers, another service has answered several times in a
 * row, or the limit has passed; the last result is the answer. Rejects only with the reason of the signal.
 */
export async function waitForBanner(options: BannerWaitOptions): Promise<BannerResult> {
  const { clock, limitMs, signal, onAttempt, random = Math.random } = options;
  const deadline = clock.now() + limitMs;
  let notSsh = 0;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.6, longestPauseMs)) {
    const result = await readBanner(options);
    notSsh = result.kind === 'not-ssh' ? notSsh + 1 : 0;
    const wait = pauseMs * (0.8 + 0.4 * random());
    if (result.kind === 'ready' || notSsh >= notSshLimit || clock.now() + wait >= deadline) return result;
    onAttempt?.(result);
    await delay(clock, wait, signal);
  }
}

/** The identification line in what came so far; an older protocol than 2.0 is none. */
function identification(text: string): string | undefined {
  const line = /(?:^|\n)(SSH-(?:2\.0|1\.99)-[^\r\n]*)\r?\n/.exec(text)?.[1];
  return line === undefined ? undefined : plainText(line);
}

function isSurelyNotSsh(text: string): boolean {
  return (
    text.length > maxBytes ||
    text.includes('\0') ||
    text.startsWith('HTTP/') ||
    /(?:^|\n)SSH-1\.[0-8]/.test(text)
  );
}
