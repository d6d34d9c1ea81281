import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2';
import { startShell } from './shell';
import type { SshServer } from './backing';

/** The SSH server of the package `ssh2`: needs nothing installed, takes any user name, runs as who we are. */
export async function openSsh2(): Promise<SshServer> {
  const connections = new Set<Connection>();
  return {
    kind: 'ssh2',
    user: 'user',
    serve(socket, door) {
      const server = new ssh2.Server({ hostKeys: [door.hostKey] }, (client) => {
        connections.add(client);
        client.on('close', () => connections.delete(client));
        client.on('error', () => client.end());
        client.on('authentication', (context) => {
          if (isLetIn(context, door.keys())) context.accept();
          else context.reject(['publickey']);
        });
        client.on('session', (accept) => serveSession(accept()));
        client.on('tcpip', (accept, reject, { destIP, destPort }) => {
          const target = connect(destPort, destIP);
          target.once('error', () => reject());
          target.once('connect', () => {
            const channel = accept();
            channel.on('error', () => target.destroy());
            target.on('error', () => channel.end());
            channel.pipe(target).pipe(channel);
          });
        });
      });
      server.injectSocket(socket);
    },
    async close() {
      for (const connection of connections) connection.end();
    },
  };
}

function isLetIn(context: AuthContext, keys: readonly string[]): boolean {
  if (context.method !== 'publickey') return false;
  const { key, signature, blob, hashAlgo } = context;
  return keys.some((line) => {
    const parsed = ssh2.utils.parseKey(line);
    if (parsed instanceof Error || parsed.type !== key.algo.replace(/^rsa-sha2-.*/, 'ssh-rsa')) return false;
    if (!parsed.getPublicSSH().equals(key.data)) return false;
    return signature === undefined || blob === undefined || parsed.verify(blob, signature, hashAlgo);
  });
}

function serveSession(session: Session): void {
  const environment: Record<string, string> = {};
  let size: { readonly columns: number; readonly rows: number } | undefined;
  session.on('pty', (accept, _reject, info) => {
    size = { columns: info.cols, rows: info.rows };
    answer(accept);
  });
  session.on('window-change', (accept) => answer(accept));
  session.on('env', (accept, _reject, info) => {
    environment[info.key] = info.val;
    answer(accept);
  });
  session.on('exec', (accept, _reject, { command }) => run(accept(), command, environment, size));
  session.on('shell', (accept) => run(accept(), undefined, environment, size));
}

/** Clients may send these without expecting an answer. */
function answer(accept: (() => void) | undefined): void {
  accept?.();
}

function run(
  channel: ServerChannel,
  command: string | undefined,
  environment: Readonly<Record<string, string>>,
  size: { readonly columns: number; readonly rows: number } | undefined,
): void {
  const shell = startShell(command, size);
  const child = spawn(shell.file, shell.args, {
    cwd: homedir(),
    env: { ...process.env, ...environment, ...(size === undefined ? {} : { TERM: 'xterm-256color' }) },
    stdio: 'pipe',
    detached: process.platform !== 'win32',
  });
  const end = (): void => {
    // The whole group: what a shell started ends with its connection.
    try {
      if (child.pid !== undefined)
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGHUP');
    } catch {
      return; // Already gone.
    }
  };
  process.once('exit', end);
  child.stdin.on('error', () => undefined);
  channel.on('error', end);
  channel.on('close', end);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('error', () => channel.end());
  child.on('close', (code, signal) => {
    process.off('exit', end);
    if (signal === null) channel.exit(code ?? 0);
    else channel.exit(signal.replace(/^SIG/, ''));
    channel.end();
  });
}
