import { connect, type Socket } from 'node:net';
import * as l10n from '@vscode/l10n';
import { isErrorCode } from '../base/fileErrors';
import { endpoints, forget, type EndpointFile } from './endpoint';
import { isObject } from '../base/json';
import { parseObject, readLines } from './lines';

/** How long a window may take to greet, in milliseconds. */
const greetingMs = 5_000;

/** The result of a tool, as the window answered it. */
export type BridgeResult = Readonly<Record<string, unknown>>;

/** Nothing was sent to any window. */
export class NoWindowError extends Error {}

/**
 * Calls tools in a window of the editor: the one that had the focus last of those that answer. It's looked for anew
 * after each window that ends.
 */
export class BridgeClient {
  private connection: Promise<Connection> | undefined;

  constructor(private readonly folder: string) {}

  /** Rejects with `NoWindowError` if no window answers; otherwise if it ends before it has answered, or `signal` is aborted. */
  async call(name: string, input: unknown, signal: AbortSignal): Promise<BridgeResult> {
    this.connection ??= this.open();
    const opened = this.connection;
    try {
      return await (await opened).call(name, input, signal);
    } finally {
      const isOpen = await opened.then(
        (connection) => connection.isOpen,
        () => false,
      );
      if (!isOpen && this.connection === opened) this.connection = undefined;
    }
  }

  async dispose(): Promise<void> {
    (await this.connection?.catch(() => undefined))?.close();
  }

  private async open(): Promise<Connection> {
    for (const endpoint of await endpoints(this.folder)) {
      try {
        return await greet(endpoint);
      } catch (error) {
        // Nobody listens there anymore. Other failures say nothing about the window.
        if (isErrorCode(error, 'ECONNREFUSED') || isErrorCode(error, 'ENOENT')) await forget(endpoint);
      }
    }
    throw new NoWindowError(
      l10n.t(
        'No window with the TensorDock extension answers. Open VS Code, sign in to TensorDock, and try again.',
      ),
    );
  }
}

async function greet({ address, secret }: EndpointFile): Promise<Connection> {
  const socket = connect(address);
  const connection = new Connection(socket);
  const timer = setTimeout(() => socket.destroy(), greetingMs);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
    });
    await connection.greeted(secret);
    return connection;
  } finally {
    clearTimeout(timer);
  }
}

class Connection {
  private readonly waiting = new Map<number, (answer: BridgeResult | undefined) => void>();
  private last = 0;
  private ended = false;

  constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    readLines(
      socket,
      (text) => this.take(text),
      () => this.end(),
    );
  }

  get isOpen(): boolean {
    return !this.ended;
  }

  async greeted(secret: string): Promise<void> {
    await this.ask({ secret });
  }

  async call(name: string, input: unknown, signal: AbortSignal): Promise<BridgeResult> {
    const id = this.last + 1;
    const cancel = (): void => this.send({ cancel: id });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const { result } = await this.ask({ name, input });
      if (isObject(result)) return result;
      throw new Error(l10n.t('The call was canceled.'));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  close(): void {
    this.socket.destroy();
    this.end();
  }

  private async ask(message: BridgeResult): Promise<BridgeResult> {
    const id = ++this.last;
    const answer = await new Promise<BridgeResult | undefined>((resolve) => {
      if (this.ended) resolve(undefined);
      else {
        this.waiting.set(id, resolve);
        this.send({ id, ...message });
      }
    });
    if (answer) return answer;
    throw new Error(
      l10n.t('The window closed before it answered. Check your instances before you repeat a change.'),
    );
  }

  private take(text: string): void {
    const answer = parseObject(text);
    const id = answer?.id;
    if (!answer || typeof id !== 'number') return;
    this.waiting.get(id)?.(answer);
    this.waiting.delete(id);
  }

  private send(message: BridgeResult): void {
    this.socket.write(`${JSON.stringify(message)}\n`);
  }

  private end(): void {
    this.ended = true;
    for (const resolve of this.waiting.values()) resolve(undefined);
    this.waiting.clear();
    this.socket.destroy();
  }
}
