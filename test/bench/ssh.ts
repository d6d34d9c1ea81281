import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Instance } from '../../src/api/types';
import { systemClock as clock } from '../../src/base/clock';
import { silentLogger as logger } from '../../src/base/logger';
import { sshPaths } from '../../src/ssh/config/paths';
import { PersonConfig } from '../../src/ssh/config/personConfig';
import { SshHosts } from '../../src/ssh/config/sshHosts';
import type { SshOutcome } from '../../src/ssh/connect/outcome';
import { waitUntilReady, type ReadinessPhase } from '../../src/ssh/connect/readiness';
import {
  closedPort,
  makeKey,
  startSsh2,
  startSshd,
  writeConfig,
  type SshServer,
} from '../unit/ssh/connect/servers';
import { manyInstances } from './data';
import { compare, comparedRow, timed, type Row } from './measure';

/** What our SSH hosts cost to follow 1,000 instances, and how soon an instance that comes up is reached. */
export async function ssh(rounds: number): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-bench-'));
  try {
    return [...(await follow(folder)), ...(await reach(folder, rounds)), await connect(folder, rounds)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function follow(folder: string): Promise<readonly Row[]> {
  const paths = sshPaths({ setting: path.join(folder, 'config'), home: folder, platform: process.platform });
  const hosts = Array.from({ length: 10_000 }, (_, index) => `Host h${index}\n  User me\n`).join('');
  await writeFile(paths.personConfig, `${paths.includeLine}\n${hosts}`);
  const ours = new SshHosts(paths, { clock, logger });
  const person = new PersonConfig(paths, { clock, logger });
  const sync = async (instances: readonly Instance[]): Promise<void> => {
    await person.plan();
    await ours.sync('bench', instances, { addMissing: true, optionsFor: () => ({ user: 'user' }) });
  };
  const instances = manyInstances(1_000);
  await sync(instances);
  const text = await readFile(paths.ownConfig, 'utf8');
  const file = path.join(folder, 'bare');
  const rewrite = {
    baselineTitle: 'a bare atomic rewrite',
    baseline: async () => rewriteBare(file, text),
  };
  let port = 30_000;
  return [
    await compare({
      title: 'SSH hosts of 1,000 instances beside 10,000 of the person’s, nothing changed',
      subject: async () => sync(instances),
      ...rewrite,
    }),
    await compare({
      title: 'The same, one of them changed',
      goal: 'at most 2 ×',
      subject: async () => {
        const [first, ...rest] = instances;
        if (first)
          await sync([{ ...first, portForwards: [{ internalPort: 22, externalPort: ++port }] }, ...rest]);
      },
      ...rewrite,
    }),
  ];
}

async function rewriteBare(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.tmp`, 'w');
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  await rename(`${file}.tmp`, file);
}

/** From the moment at which the port answers until the login is known to work, which is when a window is asked for. */
async function reach(folder: string, rounds: number): Promise<readonly Row[]> {
  const [user, host] = [makeKey(folder, 'user'), makeKey(folder, 'host')];
  const ours: number[] = [];
  const afterAnswer: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const port = await closedPort();
    const alias = `td-bench-${round}`;
    const config = { alias, port, id: alias, identityFile: user.file };
    const configFile = await writeConfig(folder, config);
    let answeredAt = NaN;
    const onProgress = (phase: ReadinessPhase): void => {
      if (phase === 'login') answeredAt = performance.now();
    };
    const ready = waitUntilReady({ ssh: 'ssh', alias, configFile, clock, logger, onProgress });
    // It comes up at any moment between two attempts.
    await new Promise((resolve) => setTimeout(resolve, 500 + 1_000 * Math.random()));
    const server: SshServer = await startSsh2(
      { hostKeyFile: host.file, authorizedKey: user.publicKey },
      port,
    );
    try {
      ours.push(await timed(async () => checkReached(await ready)));
      afterAnswer.push(performance.now() - answeredAt);
      bare.push(await timed(async () => login(configFile, alias)));
    } finally {
      await server.stop();
    }
  }
  const baselineTitle = 'one ssh ALIAS true';
  return [
    comparedRow(
      {
        title: 'From an SSH port that answers to a window, after a start',
        baselineTitle,
        goal: 'at most 2 ×, and one connection a second',
      },
      ours,
      bare,
    ),
    comparedRow(
      { title: 'Of that, from the server’s first answer to a window', baselineTitle, goal: 'at most 2 ×' },
      afterAnswer,
      bare,
    ),
  ];
}

/** The same where the instance runs already, with the real server. */
async function connect(folder: string, rounds: number): Promise<Row> {
  const [user, host] = [makeKey(folder, 'user-running'), makeKey(folder, 'host-running')];
  const server = await startSshd({ hostKeyFile: host.file, authorizedKey: user.publicKey }, folder);
  try {
    const alias = 'td-bench-running';
    const configFile = await writeConfig(folder, {
      alias,
      port: server.port,
      id: alias,
      identityFile: user.file,
    });
    return await compare({
      title: 'From an instance that runs to a window: its address known, its login proven',
      goal: 'at most 1.3 ×',
      rounds,
      subject: async () =>
        checkReached(await waitUntilReady({ ssh: 'ssh', alias, configFile, clock, logger })),
      baselineTitle: 'one ssh ALIAS true',
      baseline: async () => login(configFile, alias),
    });
  } finally {
    await server.stop();
  }
}

function checkReached({ kind }: SshOutcome): void {
  if (kind !== 'ok') throw new Error(`The instance was not reached: ${kind}`);
}

async function login(configFile: string, alias: string): Promise<void> {
  const command = ['-F', configFile, '-o', 'BatchMode=yes', alias, 'true'];
  await promisify(execFile)('ssh', command);
}
