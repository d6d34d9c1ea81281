import { systemClock } from '../../../../src/base/clock';
import { silentLogger } from '../../../../src/base/logger';
import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { Instance } from '../../../../src/api/types';
import { sshPaths, type SshPaths } from '../../../../src/ssh/config/paths';
import { PersonConfig } from '../../../../src/ssh/config/personConfig';
import { SshHosts } from '../../../../src/ssh/config/sshHosts';

const execute = promisify(execFile);

export const tools = { clock: systemClock, logger: silentLogger };

/** A temporary home with a `.ssh`; `ssh` takes `~` from elsewhere, so that all paths come out absolute. */
export interface Place {
  readonly root: string;
  readonly paths: SshPaths;
  readonly person: PersonConfig;
  readonly hosts: SshHosts;
}

export async function makePlace(folder = '.ssh', finished = onTestFinished): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'tensordock-ssh-'));
  finished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
  return placeAt(root, join(root, folder, 'config'));
}

export function placeAt(root: string, configFile: string): Place {
  const home = join(root, 'not-the-home');
  const paths = sshPaths({ setting: configFile, home, environmentHome: home, platform: process.platform });
  return { root, paths, person: new PersonConfig(paths, tools), hosts: new SshHosts(paths, tools) };
}

/** What `ssh -G` says of a host, or what it complains of. */
export async function sshG(file: string, host: string): Promise<string> {
  try {
    const { stdout } = await execute('ssh', ['-G', '-F', file, host], { encoding: 'utf8' });
    return stdout;
  } catch (error) {
    const stderr: unknown = error instanceof Error && 'stderr' in error ? error.stderr : error;
    return `refused: ${String(stderr)}`;
  }
}

/** The values of a keyword in the output of `ssh -G`. */
export function valuesOf(output: string, keyword: string): string[] {
  const lines = output.split('\n').filter((line) => line.startsWith(`${keyword} `));
  return lines.map((line) => line.slice(keyword.length + 1));
}

export function makeInstance(fields: Partial<Instance> = {}): Instance {
  return {
    id: '468b716a-6747-4cbe-9f13-afc153a21c14',
    name: 'Trainer One',
    state: 'running',
    statusText: 'running',
    ipAddress: '192.0.2.7',
    portForwards: [{ internalPort: 22, externalPort: 20456 }],
    ...fields,
  };
}

/** Makes the edit of the person's file that is planned now. */
export async function agree({ person }: Pick<Place, 'person'>): Promise<string> {
  return person.apply(await person.plan());
}

export const user = { user: 'user' };
