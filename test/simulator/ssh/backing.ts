import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { SimulatedInstance } from '../model';
import type { SshBackingOption } from '../options';
import type { AddressBook } from '../ports';
import type { World } from '../world';
import { makeKeyPair } from './keyPair';
import { openSshd } from './sshd';
import { openSsh2 } from './ssh2Server';

/** Speaks SSH on a socket that was accepted for an instance. */
export interface SshServer {
  readonly kind: 'sshd' | 'ssh2';
  /** Who may sign in. */
  readonly user: string;
  serve(socket: Socket, door: Door): void;
  close(): Promise<void>;
}

/** What an SSH server needs to know about its instance. */
export interface Door {
  readonly id: string;
  /** A private key in OpenSSH's format. */
  readonly hostKey: string;
  /** The public keys that are accepted now, one per line. */
  keys(): readonly string[];
}

/** Real SSH servers on loopback behind the running instances. */
export interface Backing {
  readonly kind: 'sshd' | 'ssh2';
  readonly user: string;
  /** Where an instance's port 22 can be reached now; `undefined` if it isn't running or has none. */
  endpoint(id: string): { readonly host: string; readonly port: number } | undefined;
  /** Resolves when port 22 of the instance answers; in real time, at once if it does already. */
  whenUp(id: string): Promise<void>;
  /** From outside: the instance was created again, and has another host key. */
  reinstall(id: string): void;
  close(): Promise<void>;
}

interface Listener {
  readonly host: string;
  readonly port: number;
  readonly server: Server;
  readonly sockets: Set<Socket>;
  up: boolean;
}

/**
 * Starts what `option` asks for; `auto` takes OpenSSH's server where it is installed and lets us in, else the
 * one written in JavaScript. Undefined for `none`. Throws where `sshd` is asked for and is not there.
 */
export async function startBacking(
  world: World,
  option: SshBackingOption,
  authorizedKeys: readonly string[],
): Promise<Backing | undefined> {
  if (option === 'none') return undefined;
  const sshd = option === 'ssh2' ? undefined : await openSshd();
  if (sshd === undefined && option === 'sshd')
    throw new Error('No usable sshd is installed on this computer');
  return new LoopbackBacking(world, sshd ?? (await openSsh2()), authorizedKeys);
}

class LoopbackBacking implements Backing {
  private readonly listeners = new Map<string, Listener>();
  private readonly hostKeys = new Map<string, string>();
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(
    private readonly world: World,
    private readonly ssh: SshServer,
    private readonly authorizedKeys: readonly string[],
  ) {
    world.settings.addresses = loopbackAddresses();
    world.onDidChange((instance) => this.follow(instance));
  }

  get kind(): 'sshd' | 'ssh2' {
    return this.ssh.kind;
  }

  get user(): string {
    return this.ssh.user;
  }

  endpoint(id: string): { host: string; port: number } | undefined {
    const listener = this.listeners.get(id);
    return listener?.up === true ? { host: listener.host, port: listener.port } : undefined;
  }

  whenUp(id: string): Promise<void> {
    if (this.endpoint(id) !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.set(id, [...(this.waiting.get(id) ?? []), resolve]);
    });
  }

  reinstall(id: string): void {
    this.hostKeys.delete(id);
    this.shut(id);
    this.follow(this.world.instance(id));
  }

  async close(): Promise<void> {
    for (const id of [...this.listeners.keys()]) this.shut(id);
    await this.ssh.close();
  }

  private follow(instance: SimulatedInstance): void {
    const wanted = sshEndpoint(instance);
    const current = this.listeners.get(instance.id);
    if (current !== undefined && (current.host !== wanted?.host || current.port !== wanted.port)) {
      this.shut(instance.id);
    }
    if (wanted !== undefined && !this.listeners.has(instance.id))
      this.open(instance.id, wanted.host, wanted.port);
  }

  private open(id: string, host: string, port: number): void {
    const sockets = new Set<Socket>();
    const door: Door = { id, hostKey: this.hostKey(id), keys: () => this.keys(id) };
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      this.ssh.serve(socket, door);
    });
    const listener: Listener = { host, port, server, sockets, up: false };
    this.listeners.set(id, listener);
    server.on('error', () => {
      // Another program has the port: a forwarded one moves; port 22 of an address stays unanswered.
      if (this.listeners.get(id) === listener && port !== 22) this.world.moveForwards(id);
    });
    server.listen(port, host, () => {
      if (this.listeners.get(id) !== listener) return;
      listener.up = true;
      for (const resolve of this.waiting.get(id) ?? []) resolve();
      this.waiting.delete(id);
    });
  }

  private shut(id: string): void {
    const listener = this.listeners.get(id);
    if (listener === undefined) return;
    this.listeners.delete(id);
    listener.server.close();
    for (const socket of listener.sockets) socket.destroy();
  }

  private keys(id: string): readonly string[] {
    const instance = this.world.all().find((entry) => entry.id === id);
    return instance?.keysReady === true ? [...this.authorizedKeys, ...instance.keys] : [];
  }

  private hostKey(id: string): string {
    const known = this.hostKeys.get(id);
    if (known !== undefined) return known;
    const made = makeKeyPair().private;
    this.hostKeys.set(id, made);
    return made;
  }
}

function sshEndpoint(instance: SimulatedInstance): { host: string; port: number } | undefined {
  if (!instance.sshUp || instance.ipAddress === '') return undefined;
  if (instance.dedicatedIp) return { host: instance.ipAddress, port: 22 };
  const port = instance.forwards.find((forward) => forward.internal === 22)?.external;
  return port === undefined ? undefined : { host: instance.ipAddress, port };
}

/**
 * Addresses that this computer answers: all of 127/8 on Linux, so that a new address shows; elsewhere only one.
 * By chance and not by the seed, as simulators run side by side.
 */
function loopbackAddresses(): AddressBook {
  const many = process.platform === 'linux';
  return {
    address: () =>
      many ? `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}` : '127.0.0.1',
    // Below the range from which systems pick ports for outgoing connections.
    port: () => randomInt(20_000, 32_000),
  };
}
