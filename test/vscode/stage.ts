import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { hostIds } from '../simulator/catalogue';
import { makeKeyPair } from '../simulator/ssh/keyPair';
import { startSimulator } from '../simulator/server';
import { projectRoot } from '../workbench/install';
import { parseEvent, worldVariable, type SuiteWorld } from './results';

/** How many test cases passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** What a suite run stands on: a simulator, temporary folders and a file for the results. */
export interface Stage {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  /** Prints what came since the last call; true when the suite has said that it ended. */
  report(): Promise<boolean>;
  tally(): Tally;
  close(): Promise<void>;
}

/** The extension's id, as its manifest says. */
export function extensionId(): string {
  const text = readFileSync(path.join(projectRoot, 'package.json'), 'utf8');
  const { publisher, name } = v.parse(
    v.object({ publisher: v.string(), name: v.string() }),
    JSON.parse(text),
  );
  return `${publisher}.${name}`;
}

/** Prepares a run; `close` it when the VS Code has ended. */
export async function setStage(): Promise<Stage> {
  if (!existsSync(path.join(projectRoot, 'dist/extension.js'))) {
    throw new Error('There is no dist/extension.js: run `npm run build` first.');
  }
  const simulator = await startSimulator({ seed: 'demo', delays: 'quick', ssh: 'auto' });
  // What an agent looks for in Europe.
  simulator.world.capacity.host(hostIds.warsaw).gpus.push({
    model: 'geforcertx4090-pcie-24gb',
    displayName: 'NVIDIA GeForce RTX 4090 PCIe 24GB',
    price: 0.41,
    available: 4,
  });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'td-suite-'));
  const key = path.join(folder, 'ssh/id_ed25519');
  const world: SuiteWorld = {
    apiUrl: simulator.url,
    token: simulator.token,
    folder,
    sshConfigFile: path.join(folder, 'ssh/config'),
    resultsFile: path.join(folder, 'results.jsonl'),
    extensionId: extensionId(),
  };
  const worldFile = path.join(folder, 'world.json');
  await mkdir(path.join(folder, 'ssh'), { mode: 0o700 });
  const pair = makeKeyPair();
  await writeFile(key, pair.private, { mode: 0o600 });
  await writeFile(`${key}.pub`, `${pair.public}\n`);
  await writeFile(world.resultsFile, '');
  await writeFile(worldFile, JSON.stringify(world));
  let seen = 0;
  let ended = false;
  let passed = 0;
  let failed = 0;
  return {
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': world.sshConfigFile,
      'tensordock.ssh.user': simulator.sshUser,
      'tensordock.ssh.identityFile': key,
    },
    env: { [worldVariable]: worldFile, TENSORDOCK_DEVELOPMENT_TOKEN: simulator.token },
    async report() {
      const text = await readFile(world.resultsFile, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      const lines = whole.slice(seen).split('\n').filter(Boolean);
      seen = whole.length;
      for (const event of lines.map(parseEvent)) {
        switch (event.event) {
          case 'pass':
            passed++;
            console.log(`  ✓ ${event.title} (${event.ms} ms)`);
            break;
          case 'fail':
            failed++;
            console.log(`  ✗ ${event.title}\n${event.error.replaceAll(/^/gm, '      ')}`);
            break;
          case 'pending':
            // A test that does not run proves nothing.
            failed++;
            console.log(`  ✗ ${event.title} (skipped)`);
            break;
          case 'end':
            ended = true;
        }
      }
      return ended;
    },
    tally: () => ({ passed, failed }),
    async close() {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
