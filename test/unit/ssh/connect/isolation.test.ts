import { once } from 'node:events';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { readEffectiveConfig, type EffectiveConfig } from '../../../../src/ssh/config/effectiveConfig';
import { isolatedArguments, isolatedEnvironment } from '../../../../src/ssh/connect/isolation';
import { probe } from '../../../../src/ssh/connect/probe';
import { runLogged } from '../../../../src/ssh/connect/loggedSsh';
import type { SshTarget } from '../../../../src/ssh/connect/sshExecutable';
import { openTunnel } from '../../../../src/ssh/connect/tunnel';
import { closedPort, listen, sshdPath, startSsh2, startSshd, writeConfig, type SshServer } from './servers';
import { setUpSsh, startAgent } from './setup';
const temporary = setUpSsh();
const { user, host, started } = temporary;
let agent: Awaited<ReturnType<typeof startAgent>>;

beforeAll(async () => {
  agent = await startAgent(temporary.folder);
});
afterAll(() => agent.stop());
afterEach(() => vi.unstubAllEnvs());

async function configOf(target: SshTarget): Promise<EffectiveConfig> {
  const effective = await readEffectiveConfig(target);
  if (!effective.ok) throw new Error(effective.outcome.kind);
  return effective.config;
}

/** A person whose `Host *` turns on everything that a stranger should not get. */
async function generousTarget(
  id: string,
  port: number,
): Promise<{ target: SshTarget; remoteForward: number }> {
  const remoteForward = await closedPort();
  const marker = path.join(temporary.folder, `local-command-${id}`);
  const more = [
    'Host *',
    '  ForwardAgent yes',
    '  ForwardX11 yes',
    '  ForwardX11Trusted yes',
    '  GSSAPIAuthentication yes',
    '  GSSAPIDelegateCredentials yes',
    '  SendEnv *',
    '  SetEnv TD_SET_SECRET=hunter2',
    `  RemoteForward 127.0.0.1:${remoteForward} 127.0.0.1:1`,
    `  DynamicForward 127.0.0.1:${await closedPort()}`,
    '  PermitLocalCommand yes',
    `  LocalCommand touch ${marker}`,
    '  ControlMaster auto',
    `  ControlPath ${temporary.folder}/master-%C`,
    '  ControlPersist 60',
    '  UpdateHostKeys yes',
  ].join('\n');
  const alias = `td-${id}`;
  const configFile = await writeConfig(temporary.folder, { alias, port, id, identityFile: user.file, more });
  const knownHostsFile = path.join(temporary.folder, `known_hosts-${id}`);
  return { target: { ssh: 'ssh', alias, configFile, knownHostsFile }, remoteForward };
}

const secretEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  SSH_AUTH_SOCK: agent.socket,
  DISPLAY: ':99',
  TD_SECRET: 'hunter2',
  LC_SECRET: 'hunter2',
  AWS_SECRET_ACCESS_KEY: 'hunter2',
});

function stubSecrets(): void {
  for (const [name, value] of Object.entries(secretEnvironment())) vi.stubEnv(name, value);
}

test('no configuration is read, and nothing of a generous Host * is left', async () => {
  const { target } = await generousTarget('arguments', 22);
  const config = await configOf(target);
  const args = isolatedArguments(target, config, { purpose: 'login', connectTimeoutS: 5 });
  const { stdout } = await promisify(execFile)('ssh', [...args, '-G', target.alias]);
  for (const line of [
    'forwardagent no',
    'forwardx11 no',
    'gssapiauthentication no',
    'gssapidelegatecredentials no',
    'permitlocalcommand no',
    'controlmaster false',
    'clearallforwardings yes',
    'updatehostkeys false',
    'hostname 127.0.0.1',
    `identityfile ${user.file}`,
    `userknownhostsfile ${String(target.knownHostsFile)}`,
    'hostkeyalias tensordock-arguments',
  ]) {
    expect(stdout.split('\n')).toContain(line);
  }
  expect(stdout).not.toMatch(/^(sendenv|setenv|remoteforward|dynamicforward|localcommand|controlpath \/)/m);
});

test('files with blanks and percent signs arrive as they are', async () => {
  const identityFile = path.join(temporary.folder, 'my key 100%');
  const configFile = path.join(temporary.folder, 'config-odd');
  await writeFile(configFile, `Host td-odd\n  IdentityFile "${identityFile.replace('%', '%%')}"\n`);
  const knownHostsFile = path.join(temporary.folder, 'known hosts 5%', 'odd');
  const target = { ssh: 'ssh', alias: 'td-odd', configFile, knownHostsFile };
  const args = isolatedArguments(target, await configOf(target), { purpose: 'login', connectTimeoutS: 5 });
  const { stdout } = await promisify(execFile)('ssh', [...args, '-G', target.alias]);
  expect(stdout).toContain(`identityfile ${identityFile.replace('%', '%%')}\n`);
  expect(stdout).toContain(`userknownhostsfile ${knownHostsFile}\n`);
});

test('the environment is reduced to what is needed, without the agent if no one signs in', async () => {
  const { target } = await generousTarget('environment', 22);
  const config = await configOf(target);
  const login = isolatedEnvironment(config, 'login', {}, secretEnvironment());
  expect(JSON.stringify(login)).not.toContain('hunter2');
  expect(login).toMatchObject({ PATH: process.env.PATH, SSH_AUTH_SOCK: agent.socket, LC_ALL: 'C' });
  expect(login.DISPLAY).toBeUndefined();
  const hostKey = isolatedEnvironment(config, 'hostKey', {}, secretEnvironment());
  expect(hostKey.SSH_AUTH_SOCK).toBeUndefined();
});

test('a dead shared connection to a recycled address is not used', async () => {
  const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }));
  const { target } = await generousTarget('master', server.port);
  const { stdout } = await promisify(execFile)('ssh', ['-F', target.configFile ?? '', '-G', target.alias]);
  const control = /^controlpath (.+)$/m.exec(stdout)?.[1] ?? '';
  // It accepts and never answers, as a master does whose connection is dead.
  const { default: net } = await import('node:net');
  const master = net.createServer();
  await new Promise<void>((resolve) => master.listen(control, resolve));
  try {
    expect(await probe({ ...target, env: { SSH_AUTH_SOCK: undefined } })).toEqual({ kind: 'ok' });
  } finally {
    master.close();
  }
});

test.skipIf(process.platform !== 'linux')(
  'a tunnel ends with the process that opened it, even if that is killed',
  { timeout: 60_000 },
  async () => {
    const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }));
    const web = await started(listen(http.createServer((_, response) => response.end('notebook'))));
    const { target } = await generousTarget('killed', server.port);
    const folder = await mkdtemp(path.join(temporary.folder, 'opener-'));
    const program = path.join(folder, 'opener.cjs');
    await build({
      entryPoints: [path.join(import.meta.dirname, 'tunnelOpener.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    });
    const opener = spawn(process.execPath, [program, JSON.stringify({ ...target, remotePort: web.port })], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // It can't remove its log once it's killed.
      env: { ...process.env, TMPDIR: temporary.folder },
    });
    const [chunk] = (await once(opener.stdout, 'data')) as [Buffer];
    const localPort = Number(chunk.toString());
    const reply = await fetch(`http://127.0.0.1:${localPort}/`, { headers: { connection: 'close' } });
    expect(await reply.text()).toBe('notebook');
    const ofTunnel = async (): Promise<string[]> => {
      const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
      return stdout.split('\n').filter((line) => line.includes(`127.0.0.1:${localPort}:127.0.0.1`));
    };
    expect((await ofTunnel()).length).toBeGreaterThan(0);
    opener.kill('SIGKILL');
    await expect.poll(ofTunnel, { timeout: 10_000 }).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${localPort}/`)).rejects.toThrow();
  },
);

describe.skipIf(sshdPath === undefined)('an OpenSSH server that allows everything', () => {
  /** The server's own log says what it was asked for. */
  async function serve(): Promise<SshServer & { readonly log: () => Promise<string> }> {
    const log = path.join(temporary.folder, `sshd-${randomUUID()}.log`);
    const server = await started(
      startSshd(
        { hostKeyFile: host.file, authorizedKey: user.publicKey },
        temporary.folder,
        0,
        [
          'AllowAgentForwarding=yes',
          'X11Forwarding=yes',
          'PermitUserEnvironment=yes',
          'AcceptEnv=*',
          'LogLevel=DEBUG3',
          `XAuthLocation=/usr/bin/xauth`,
        ],
        log,
      ),
    );
    return { ...server, log: async () => readFile(log, 'utf8') };
  }

  const asked = /auth-agent-req|x11-req|tcpip-forward|request env |Setting env/g;

  test('gets all of it from a plain ssh without our entry, which proves that the test sees it', async () => {
    const server = await serve();
    const { target } = await generousTarget('plain', server.port);
    const configFile = target.configFile ?? '';
    await promisify(execFile)(
      'ssh',
      ['-F', configFile, '-o', 'ControlPath=none', '-o', 'BatchMode=yes', target.alias, 'true'],
      {
        env: secretEnvironment(),
      },
    );
    const log = await server.log();
    expect(log).toContain('auth-agent-req');
    expect(log).toContain('tcpip-forward');
    expect(log).toContain('TD_SECRET');
  });

  test('gets neither agent, X11, environment nor a forward by a probe', async () => {
    const server = await serve();
    const { target } = await generousTarget('probe', server.port);
    const config = await configOf(target);
    stubSecrets();
    expect(await probe(target)).toEqual({ kind: 'ok' });
    // What a command over there sees.
    const args = isolatedArguments(target, config, { purpose: 'login', connectTimeoutS: 5 });
    const result = await runLogged(
      'ssh',
      [...args, target.alias, 'test -z "$SSH_AUTH_SOCK$DISPLAY$TD_SECRET$TD_SET_SECRET"'],
      {
        environment: isolatedEnvironment(config, 'login'),
        timeoutMs: 20_000,
      },
    );
    expect(result.exitCode).toBe(0);
    const log = await server.log();
    expect(log).toContain('Accepted key');
    expect(log).not.toContain('TD_S');
    expect(log.match(asked) ?? []).toEqual([]);
  });

  test('gets nothing but the forward of a tunnel by a tunnel', async () => {
    const server = await serve();
    const web = await started(listen(http.createServer((_, response) => response.end('notebook'))));
    const { target } = await generousTarget('tunnel', server.port);
    stubSecrets();
    const tunnel = await openTunnel({ ...target, remotePort: web.port, logger: silentLogger });
    await tunnel.opened();
    const reply = await fetch(`http://127.0.0.1:${tunnel.localPort}/`, {
      headers: { connection: 'close' },
    });
    expect(await reply.text()).toBe('notebook');
    tunnel.dispose();
    const log = await server.log();
    expect(log).toContain('direct-tcpip');
    expect(log).not.toContain('TD_S');
    expect(log.match(asked) ?? []).toEqual([]);
  });
});
