import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { makePrivateFolder } from '../base/lock';
import type { Logger } from '../base/logger';
import { endpointSuffix } from '../mcp/endpoint';
import { parseObject, readLines } from '../mcp/lines';
import type { ToolResult } from './runTool';

export interface BridgeOptions {
  /** Of this person alone; all windows share it. */
  readonly folder: string;
  readonly log: Logger;
  readonly call: (name: string, input: unknown, signal: AbortSignal) => Promise<ToolResult>;
}

/** The longest path of a socket that every system takes, in bytes. */
const longestAddress = 100;
/** A client that hasn't said its secret by then is cut off, in milliseconds. */
const greetingMs = 5_000;
const mostClients = 16;
const mostCalls = 16;

/**
 * Where MCP servers on this computer reach this window. Only a program that can read a file of this person knows the
 * address and the secret; what it calls then is asked about like any other call.
 */
export class Bridge {
  private readonly clients = new Set<Socket>();
  private removed: Promise<void> | undefined;

  private constructor(
    private readonly options: BridgeOptions,
    private readonly server: Server,
    private readonly secret: string,
    private readonly file: string,
    private readonly leftovers: readonly string[],
  ) {}

  static async open(options: BridgeOptions): Promise<Bridge> {
    const { folder } = options;
    await makePrivateFolder(folder);
    const name = randomBytes(12).toString('hex');
    const { address, leftovers } = await placeFor(folder, name);
    const secret = randomBytes(32).toString('hex');
    const server = createServer();
    const file = path.join(folder, `${name}${endpointSuffix}`);
    const bridge = new Bridge(options, server, secret, file, [file, ...leftovers]);
    server.on('connection', (socket) => bridge.accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, resolve);
    });
    server.on('error', (error) => options.log.warn(`agents: ${error.message}`));
    if (process.platform !== 'win32') await chmod(address, 0o600);
    // Complete before anyone can be sent there.
    await writeFile(file, JSON.stringify({ version: 1, address, secret }), { mode: 0o600, flag: 'wx' });
    return bridge;
  }

  /** This window has the focus, so that it answers from now on. */
  async focused(): Promise<void> {
    const now = new Date();
    await utimes(this.file, now, now).catch((error: unknown) =>
      this.options.log.warn(`agents: ${String(error)}`),
    );
  }

  /** Ends all calls, and removes what leads here. */
  dispose(): Promise<void> {
    this.removed ??= this.close();
    return this.removed;
  }

  private async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const each of this.leftovers) await rm(each, { recursive: true, force: true });
  }

  private accept(socket: Socket): void {
    if (this.clients.size >= mostClients) {
      socket.destroy();
      return;
    }
    this.clients.add(socket);
    const calls = new Map<number, AbortController>();
    let isKnown = false;
    const timer = setTimeout(() => socket.destroy(), greetingMs);
    const answer = (message: object): void => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    };
    const take = (text: string): void => {
      const message = parseObject(text);
      const id = message?.id;
      if (!isKnown) {
        isKnown = typeof id === 'number' && this.isSecret(message?.secret);
        clearTimeout(timer);
        if (isKnown) answer({ id });
        else socket.destroy();
      } else if (typeof message?.cancel === 'number') calls.get(message.cancel)?.abort();
      else if (typeof id === 'number' && typeof message?.name === 'string' && !calls.has(id))
        void this.call(id, message.name, message.input, calls, answer);
    };
    readLines(socket, take, () => {
      clearTimeout(timer);
      this.clients.delete(socket);
      for (const call of calls.values()) call.abort();
      socket.destroy();
    });
  }

  private async call(
    id: number,
    name: string,
    input: unknown,
    calls: Map<number, AbortController>,
    answer: (message: object) => void,
  ): Promise<void> {
    const canceled = new AbortController();
    if (calls.size >= mostCalls) {
      answer({ id, result: { outcome: 'failed' } });
      return;
    }
    calls.set(id, canceled);
    try {
      answer({ id, result: await this.options.call(name, input, canceled.signal) });
    } catch {
      // It was canceled before anything was begun.
      answer({ id });
    } finally {
      calls.delete(id);
    }
  }

  private isSecret(given: unknown): boolean {
    const wanted = Buffer.from(this.secret);
    const got = Buffer.from(typeof given === 'string' ? given : '');
    return got.length === wanted.length && timingSafeEqual(got, wanted);
  }
}

/** A socket in the private folder, or in one of its own if that path is too long; a pipe on Windows. */
async function placeFor(
  folder: string,
  name: string,
): Promise<{ readonly address: string; readonly leftovers: readonly string[] }> {
  if (process.platform === 'win32') return { address: `\\\\.\\pipe\\tensordock-${name}`, leftovers: [] };
  const usual = path.join(folder, `${name}.sock`);
  if (Buffer.byteLength(usual) <= longestAddress) return { address: usual, leftovers: [usual] };
  const own = await mkdtemp(path.join(os.tmpdir(), 'td-'));
  return { address: path.join(own, 's'), leftovers: [own] };
}
