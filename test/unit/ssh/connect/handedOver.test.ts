import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEffectiveConfig, type EffectiveConfig } from '../../../../src/ssh/config/effectiveConfig';
import { handedOver, type HandedOver } from '../../../../src/ssh/connect/handedOver';
import { terminalSsh } from '../../../../src/ssh/connect/isolation';
import { makeInstance, makePlace, type Place } from '../config/support';
import { closedPort, makeKey, sshdPath, startSshd, temporaryFolder, type SshServer } from './servers';
import { startAgent } from './setup';

const execute = promisify(execFile);
const alias = 'td-trainer-one';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let user: ReturnType<typeof makeKey>;
let server: SshServer;
let log: string;
let agent: Awaited<ReturnType<typeof startAgent>>;

beforeAll(async () => {
  temporary = await temporaryFolder();
  user = makeKey(temporary.folder, 'user');
  agent = await startAgent(temporary.folder);
  if (sshdPath === undefined) return;
  log = path.join(temporary.folder, 'sshd.log');
  const hostKeyFile = makeKey(temporary.folder, 'host').file;
  const generous = ['LogLevel=DEBUG3', 'AcceptEnv=*', 'X11Forwarding=yes', 'AllowAgentForwarding=yes'];
  server = await startSshd(
    { hostKeyFile, authorizedKey: user.publicKey },
    temporary.folder,
    0,
    generous,
    log,
  );
});
afterAll(async () => {
  await server.stop();
  agent.stop();
  await temporary.remove();
});

/** A person whose configuration gives everything to the hosts of `pattern`, and an entry of ours before it. */
async function entryUnder(
  pattern: string,
  port: number,
): Promise<Place & { readonly forward: number; readonly local: number }> {
  const place = await makePlace();
  const [forward, local] = [await closedPort(), await closedPort()];
  const lines = [
    `Host ${pattern}`,
    '  ForwardAgent yes',
    '  ForwardX11 yes',
    '  ForwardX11Trusted yes',
    '  SendEnv TD_* LANG',
    '  SetEnv TERM=xterm TD_SET=hunter2',
    `  RemoteForward 127.0.0.1:${forward} 127.0.0.1:1`,
    `  LocalForward 127.0.0.1:${local} 127.0.0.1:1`,
    '  ControlMaster auto',
    `  ControlPath ${place.root}/master`,
  ];
  await writeFile(place.paths.personConfig, `${lines.join('\n')}\n`);
  const portForwards = [{ internalPort: 22, externalPort: port }];
  const options = { user: userInfo().username, identityFile: user.file };
  await place.hosts.ensureEntry('me', makeInstance({ ipAddress: '127.0.0.1', portForwards }), options);
  await place.person.apply(await place.person.plan());
  return { ...place, forward, local };
}

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  SSH_AUTH_SOCK: agent.socket,
  DISPLAY: ':99',
  TD_SECRET: 'hunter2',
  LANG: 'C.UTF-8',
});

/** Resolves with what the server was asked for by `ssh` with these arguments. */
async function asked(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const before = (await readFile(log, 'utf8')).length;
  await execute('ssh', ['-o', 'BatchMode=yes', ...args, 'true'], { env });
  return (await readFile(log, 'utf8')).slice(before);
}

/** Signs in with nothing but the alias. */
async function signIn({ paths }: Place): Promise<string> {
  return asked(['-F', paths.personConfig, alias], environment());
}

async function effectiveConfig({ paths }: Place): Promise<EffectiveConfig> {
  const effective = await readEffectiveConfig({ ssh: 'ssh', alias, configFile: paths.personConfig });
  if (!effective.ok) throw new Error(effective.outcome.kind);
  return effective.config;
}

async function reported(place: Place): Promise<HandedOver> {
  return handedOver(await effectiveConfig(place), environment());
}

describe.skipIf(sshdPath === undefined)('a plain ssh to an alias, at a server that allows everything', () => {
  test('gives neither agent nor X11 under a generous Host *', async () => {
    const seen = await signIn(await entryUnder('*', server.port));
    expect(seen).toContain('Accepted publickey');
    expect(seen).not.toContain('auth-agent-req');
    expect(seen).not.toContain('x11-req');
  });

  test('gives forwards and variables of a Host *, which are reported', async () => {
    const place = await entryUnder('*', server.port);
    const seen = await signIn(place);
    expect(seen).toContain('tcpip-forward');
    expect(seen).toContain('TD_SECRET');
    expect(await reported(place)).toEqual({
      remoteForwards: [`[127.0.0.1]:${place.forward}`],
      localForwards: [`[127.0.0.1]:${place.local}`],
      sentVariables: ['TD_SECRET'],
      setVariables: ['TD_SET'],
    });
  });

  test('gives none of them under the Host * !td-* that the warning suggests', async () => {
    const place = await entryUnder('* !td-*', server.port);
    const seen = await signIn(place);
    expect(seen).toContain('Accepted publickey');
    expect(seen).not.toMatch(/tcpip-forward|TD_S|auth-agent-req|x11-req/);
    expect(await reported(place)).toEqual({
      remoteForwards: [],
      localForwards: [],
      sentVariables: [],
      setVariables: [],
    });
  });

  test('gives no forward and no variable but of the language in the terminal that is opened here', async () => {
    const place = await entryUnder('*', server.port);
    const target = { ssh: 'ssh', alias, configFile: place.paths.personConfig };
    const { args, environment: env } = terminalSsh(target, await effectiveConfig(place), environment());
    const seen = await asked(args, env);
    expect(seen).toContain('LANG');
    expect(seen).not.toMatch(/TD_S|tcpip-forward/);
    expect(Object.keys(env)).toEqual(expect.arrayContaining(['PATH', 'HOME', 'SSH_AUTH_SOCK']));
  });
});

test('no entry could take back a SendEnv, or forwards without those of Remote-SSH', async () => {
  const { root } = await makePlace();
  const file = path.join(root, 'config');
  const ours = `Host ${alias}\n  SendEnv -*\n  ClearAllForwardings yes\n`;
  await writeFile(file, `${ours}Match final host ${alias}\n  SendEnv -*\nHost *\n  SendEnv TD_SECRET\n`);
  const { stdout } = await execute('ssh', ['-F', file, '-D', '1080', '-L', '1:localhost:2', '-G', alias]);
  expect(stdout).toContain('sendenv TD_SECRET');
  expect(stdout).not.toMatch(/^(?:dynamic|local)forward /m);
});

test('everything in the environment is matched by a SendEnv of *, but what ssh needs to run is not reported', async () => {
  const place = await makePlace();
  await writeFile(place.paths.personConfig, 'Host *\n  SendEnv *\n');
  const effective = await readEffectiveConfig({ ssh: 'ssh', alias, configFile: place.paths.personConfig });
  if (!effective.ok) throw new Error(effective.outcome.kind);
  const names = { PATH: '', HOME: '', SSH_AUTH_SOCK: '', LANG: '', LC_ALL: '', LC_SECRET: '', AWS_KEY: '' };
  expect(handedOver(effective.config, names).sentVariables).toEqual(['AWS_KEY', 'LC_SECRET']);
});

test('a dead shared connection does not hold up a plain ssh', async () => {
  const place = await entryUnder('*', await closedPort());
  // It accepts and never answers, as a master does whose connection is dead.
  const master = net.createServer();
  await new Promise<void>((resolve) => master.listen(path.join(place.root, 'master'), resolve));
  const args = ['-F', place.paths.personConfig, '-o', 'BatchMode=yes', alias, 'true'];
  const failed: unknown = await execute('ssh', args).catch((error: unknown) => error);
  master.close();
  expect(failed).toMatchObject({
    code: 255,
    stderr: expect.stringContaining('Connection refused') as unknown,
  });
});
