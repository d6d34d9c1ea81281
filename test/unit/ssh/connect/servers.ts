import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import ssh2, { type AuthenticationType, type Connection } from 'ssh2';

/** A server on loopback that lets one key in, as an instance would. */
export interface SshServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Who may come in, and who the server is. */
export interface ServerIdentity {
  /** OpenSSH private key of the server. */
  readonly hostKeyFile: string;
  /** Line of `authorized_keys`. */
  readonly authorizedKey: string;
  /** Sent before the login by the server of `ssh2`. */
  readonly banner?: string;
  /** The ways to sign in that the server of `ssh2` names when it refuses one. */
  readonly methods?: readonly string[];
  /** Whether the server of `ssh2` asks for more after it accepted the key. */
  readonly wantsMore?: boolean;
}

export const sshdPath: string | undefined = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find(
  existsSync,
);

export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'td-ssh-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Makes a key with the real program; returns its file and public line. */
export function makeKey(folder: string, name: string, passphrase = ''): { file: string; publicKey: string } {
  const file = path.join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', `${name} key`, '-f', file]);
  const publicKey = execFileSync('ssh-keygen', ['-y', '-P', passphrase, '-f', file], {
    encoding: 'utf8',
  }).trim();
  return { file, publicKey };
}

/** The configuration of a host, as our own file has it. */
export async function writeConfig(
  folder: string,
  host: { alias: string; port: number; id: string; identityFile?: string; more?: string },
): Promise<string> {
  const file = path.join(folder, `config-${host.alias}`);
  const lines = [
    `Host ${host.alias}`,
    '  HostName 127.0.0.1',
    `  Port ${host.port}`,
    `  User ${os.userInfo().username}`,
    ...(host.identityFile === undefined
      ? []
      : [`  IdentityFile "${host.identityFile}"`, '  IdentitiesOnly yes']),
    `  HostKeyAlias tensordock-${host.id}`,
    `  UserKnownHostsFile "${path.join(folder, `known_hosts-${host.id}`)}"`,
    '  StrictHostKeyChecking accept-new',
    ...(host.more === undefined ? [] : [host.more]),
  ];
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

/** Listens on loopback; `port` 0 takes any. */
export async function listen(server: net.Server, port = 0): Promise<SshServer> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A loopback port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = await listen(net.createServer());
  await server.stop();
  return server.port;
}

/** The server of `ssh2`: one key, commands that it answers itself, and `direct-tcpip` forwards. */
export async function startSsh2(identity: ServerIdentity, port = 0): Promise<SshServer> {
  const allowed = ssh2.utils.parseKey(identity.authorizedKey);
  if (allowed instanceof Error) throw allowed;
  const hostKey = await readFile(identity.hostKeyFile);
  // The types name the methods that are specified.
  const methods = (identity.methods ?? ['publickey']) as AuthenticationType[];
  const clients = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey], banner: identity.banner }, (client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'publickey' || !context.key.data.equals(allowed.getPublicSSH())) {
        context.reject(methods);
      } else if (context.signature && context.blob) {
        const isValid = allowed.verify(context.blob, context.signature, context.hashAlgo);
        if (isValid && identity.wantsMore === true) context.reject(['password'], true);
        else if (isValid) context.accept();
        else context.reject(methods);
      } else {
        context.accept();
      }
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, info) => {
        const channel = acceptExec();
        channel.write(`ran: ${info.command}\n`);
        channel.exit(0);
        channel.end();
      });
    });
    client.on('tcpip', (accept, reject, info) => {
      const upstream = net.connect({ host: info.destIP, port: info.destPort });
      upstream.once('error', () => reject());
      upstream.once('connect', () => {
        upstream.removeAllListeners('error');
        const channel = accept();
        upstream.on('error', () => channel.end());
        channel.on('error', () => upstream.destroy());
        channel.pipe(upstream).pipe(channel);
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.end();
      }),
  };
}

/** The real OpenSSH server, run as the user of the tests; resolves when it accepts connections. `more` are its options. */
export async function startSshd(
  identity: ServerIdentity,
  folder: string,
  port = 0,
  more: readonly string[] = [],
  log?: string,
): Promise<SshServer> {
  if (sshdPath === undefined) throw new Error('no sshd is installed');
  const own = await mkdtemp(path.join(folder, 'sshd-'));
  const authorizedKeys = path.join(own, 'authorized_keys');
  await writeFile(authorizedKeys, `${identity.authorizedKey}\n`, { mode: 0o600 });
  await chmod(identity.hostKeyFile, 0o600);
  // Where root runs it, this folder must exist; elsewhere it is not used.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const taken = port === 0 ? await closedPort() : port;
  const settings = [
    `Port=${taken}`,
    'ListenAddress=127.0.0.1',
    `HostKey=${identity.hostKeyFile}`,
    `AuthorizedKeysFile=${authorizedKeys}`,
    `PidFile=${path.join(own, 'pid')}`,
    'StrictModes=no',
    'UsePAM=no',
    'PasswordAuthentication=no',
    'KbdInteractiveAuthentication=no',
    'PermitRootLogin=prohibit-password',
    'AllowTcpForwarding=yes',
    'Subsystem=sftp internal-sftp',
    ...more,
  ];
  const args = ['-D', '-e', '-f', '/dev/null', ...settings.flatMap((setting) => ['-o', setting])];
  const child = spawn(sshdPath, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  if (log !== undefined) child.stderr.pipe(createWriteStream(log));
  await listening(child);
  return {
    port: taken,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }),
  };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening on')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`sshd ended: ${said}`)));
  });
}
