import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Door, SshServer } from './backing';
import { makeKeyPair } from './keyPair';

/**
 * OpenSSH's own server, one process per connection (as inetd would start it), so that no process is left when the
 * sockets are closed or we die. Undefined where it is not installed or would not let us in, as it takes only
 * users of this computer whose account is not locked.
 */
export async function openSshd(): Promise<SshServer | undefined> {
  const program = findSshd();
  if (program === undefined) return undefined;
  const server = new Sshd(program);
  if (await letsUsIn(server)) return server;
  await server.close();
  return undefined;
}

class Sshd implements SshServer {
  readonly kind = 'sshd';
  readonly user = userInfo().username;
  private readonly folder = mkdtempSync(join(tmpdir(), 'tensordock-sshd-'));
  private readonly children = new Set<ChildProcess>();
  private readonly written = new Map<string, string>();
  private readonly onExit = (): void => this.end();

  constructor(private readonly program: string) {
    // Where we are root, sshd wants this folder and distributions make it at boot only.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    process.once('exit', this.onExit);
  }

  serve(socket: Parameters<SshServer['serve']>[0], door: Door): void {
    const child = spawn(this.program, ['-i', '-e', '-f', this.configure(door)], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.children.add(child);
    socket.on('close', () => child.kill());
    child.on('close', () => {
      this.children.delete(child);
      socket.destroy();
    });
    child.on('error', () => socket.destroy());
    child.stdin.on('error', () => socket.destroy());
    child.stdout.on('error', () => socket.destroy());
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
  }

  async close(): Promise<void> {
    process.off('exit', this.onExit);
    const gone = [...this.children].map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) resolve();
          else child.once('exit', () => resolve());
        }),
    );
    this.end();
    await Promise.all(gone);
  }

  private end(): void {
    for (const child of this.children) child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes what sshd reads of an instance as it is now; returns the configuration's path. */
  private configure(door: Door): string {
    const folder = join(this.folder, door.id);
    const [hostKey, keys, config] = ['host_key', 'authorized_keys', 'sshd_config'].map((name) =>
      join(folder, name),
    );
    if (hostKey === undefined || keys === undefined || config === undefined) throw new Error('No names');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.write(hostKey, door.hostKey);
    this.write(keys, door.keys().join('\n') + '\n');
    const lines = [
      `HostKey "${hostKey}"`,
      `AuthorizedKeysFile "${keys}"`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PrintMotd no',
      'UseDNS no',
      'AllowTcpForwarding yes',
      'AllowStreamLocalForwarding yes',
      'Subsystem sftp internal-sftp',
      // Many windows may connect at once.
      'MaxSessions 100',
    ];
    this.write(config, lines.join('\n') + '\n');
    return config;
  }

  /** Replaces a file in one step, as the sshd of another connection may be reading it, and only if it differs. */
  private write(file: string, content: string): void {
    if (this.written.get(file) === content) return;
    writeFileSync(`${file}.new`, content, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    this.written.set(file, content);
  }
}

function findSshd(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders
    .map((folder) => join(folder, 'sshd'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return process.platform !== 'win32';
      } catch {
        return false;
      }
    });
}

/** Logs in once, with a key made for it. */
async function letsUsIn(server: SshServer): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'tensordock-login-'));
  const pair = makeKeyPair();
  const key = join(folder, 'key');
  writeFileSync(key, pair.private, { mode: 0o600 });
  const door: Door = {
    id: 'trial',
    hostKey: makeKeyPair().private,
    keys: () => [pair.public],
  };
  const listener = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    server.serve(socket, door);
  });
  try {
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    if (address === null || typeof address === 'string') return false;
    const options = [
      'BatchMode=yes',
      'StrictHostKeyChecking=no',
      `UserKnownHostsFile=${join(folder, 'known')}`,
    ];
    await promisify(execFile)(
      'ssh',
      [
        ...['-F', 'none', '-i', key, '-p', String(address.port)],
        ...[...options, 'IdentitiesOnly=yes', 'ConnectTimeout=5'].flatMap((option) => ['-o', option]),
        `${server.user}@127.0.0.1`,
        'true',
      ],
      { timeout: 10_000 },
    );
    return true;
  } catch {
    return false;
  } finally {
    listener.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
