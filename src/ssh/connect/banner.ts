import { errorCode } from '../../base/fileErrors';
import { plainText } from '../../base/text';
import { abortReason } from '../../base/abort';
import { delay, type Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import net from 'node:net';
import { type SshOutcome } from './outcome';

/** The result of one attempt at a port. `ready`: an SSH server identified itself. */
export type BannerResult =
  | { readonly kind: 'ready'; readonly banner: string }
  | Extract<SshOutcome, { kind: 'closed' | 'timeout' | 'unreachable' | 'not-ssh' }>;

export interface BannerOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** For one attempt, connection and banner together. Default 10 s. */
  readonly attemptMs?: number;
}

export interface BannerWaitOptions extends BannerOptions {
  /** For all attempts together; then the last result is returned. */
  readonly limitMs: number;
  /** Called with each result but the last. */
  readonly onAttempt?: (result: BannerResult) => void;
  /** 0 to 1; spreads the attempts of many windows. */
  readonly random?: () => number;
}

/** From the beginning of one attempt to the next, in milliseconds. */
const firstGapMs = 1_000;
const longestGapMs = 8_000;

/** The same after an attempt that was refused: no connection was made, and nothing on the instance has noticed. */
const refusedGapMs = 250;

/** Gaps begin to grow after this long, in milliseconds: most instances answer before, and someone waits for it. */
const eagerMs = 120_000;

/** After this many answers in a row that aren't SSH, it isn't an instance that is still booting. */
const notSshLimit = 3;

/** A server may send other lines before its identification (RFC 4253, 4.2), but not more than this. */
const maxBytes = 64 * 1024;
const maxLineBytes = 8 * 1024;

/** The client's own line: a server that waits for the client to speak first (HTTP) answers it at once. */
const ownIdentification = 'SSH-2.0-tensordock_probe\r\n';

/**
 * Connects once and reads until the server's identification line. Needs no credentials and no process. Rejects only
 * with the signal's reason. `onConnect`: called when a connection is made.
 */
export function readBanner(options: BannerOptions, onConnect?: () => void): Promise<BannerResult> {
  const { host, port, clock, signal, attemptMs = 10_000 } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    let received = '';
    /** Up to here no line is an identification: a server that sends byte by byte must not cost us more each time. */
    let searched = 0;
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
    /** The end without an identification; `kind` is for a server that sent nothing. */
    const finishWithout = (kind: 'closed' | 'timeout', said?: string): void =>
      finish(received === '' ? { kind, said } : { kind: 'not-ssh', said: plainText(received) });

    const timer = clock.after(attemptMs, () => finishWithout('timeout'));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('connect', () => {
      onConnect?.();
      socket.write(ownIdentification);
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const end = received.lastIndexOf('\n') + 1;
      const banner = end > searched ? identification(received.slice(searched, end)) : undefined;
      if (banner !== undefined) finish({ kind: 'ready', banner });
      else if (isNotSsh(received, searched)) finish({ kind: 'not-ssh', said: plainText(received) });
      searched = Math.max(searched, end);
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

/** What came of the attempts at a port until one had a result. */
interface Attempt {
  readonly result: BannerResult;
  /** Whether some connection was made. */
  readonly connected: boolean;
}

/**
 * Reads the banner. A first packet that is lost is sent again after 1, 3, and 7 s, which is late where an instance
 * comes up meanwhile: so another connection is begun every `gapMs` until one is made.
 */
async function attempt(options: BannerOptions, gapMs: number): Promise<Attempt> {
  const { clock, signal } = options;
  const others = new AbortController();
  const either = signal ? AbortSignal.any([signal, others.signal]) : others.signal;
  let connected = false;
  let next: Disposable | undefined;
  const onConnect = (): void => {
    connected = true;
    next?.dispose();
  };
  try {
    const result = await new Promise<BannerResult>((resolve, reject) => {
      const begin = (): void => {
        next = clock.after(gapMs, begin);
        readBanner({ ...options, signal: either }, onConnect).then(resolve, reject);
      };
      begin();
    });
    return { result, connected };
  } finally {
    next?.dispose();
    others.abort();
  }
}

/**
 * Tries again until an SSH server answers, another service has answered several times in a row, or the limit has
 * passed, and resolves with the last result. It connects at most once a second, and after a while less often; a port
 * that refuses is looked at more often. Rejects only with the signal's reason.
 */
export async function waitForBanner(options: BannerWaitOptions): Promise<BannerResult> {
  const { clock, limitMs, signal, onAttempt, random = Math.random } = options;
  const startedAt = clock.now();
  const deadline = startedAt + limitMs;
  let notSsh = 0;
  for (let gapMs = firstGapMs; ;) {
    const attemptAt = clock.now();
    const isEager = attemptAt - startedAt < eagerMs;
    const { result, connected } = await attempt(options, gapMs);
    notSsh = result.kind === 'not-ssh' ? notSsh + 1 : 0;
    if (!isEager) gapMs = Math.min(gapMs * 1.6, longestGapMs);
    const isRefused = result.kind === 'closed' && !connected;
    const gap = isRefused && isEager ? refusedGapMs : gapMs;
    const wait = Math.max(0, gap * (1 + 0.2 * random()) - (clock.now() - attemptAt));
    if (result.kind === 'ready' || notSsh >= notSshLimit || clock.now() + wait >= deadline) return result;
    onAttempt?.(result);
    await delay(clock, wait, signal);
  }
}

/** The identification among complete lines; one of an older protocol than 2.0 doesn't count. */
function identification(text: string): string | undefined {
  const line = /(?:^|\n)(SSH-(?:2\.0|1\.99)-[^\r\n]*)\r?\n/.exec(text)?.[1];
  return line === undefined ? undefined : plainText(line);
}

function isNotSsh(text: string, from: number): boolean {
  const added = text.slice(from);
  return (
    text.length > maxBytes ||
    added.length > maxLineBytes ||
    added.includes('\0') ||
    text.startsWith('HTTP/') ||
    /(?:^|\n)SSH-1\.[0-8]/.test(added)
  );
}
