import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { KeptLog } from './windows';

/** A folder and a log that each test of a file gets anew. */
export interface StateFolder {
  readonly folder: string;
  readonly log: KeptLog;
  /** A path in the folder. */
  readonly file: (name: string) => string;
}

/** Gives each test a folder of its own, which goes with it. */
export function stateFolder(): StateFolder {
  let folder = '';
  let log = new KeptLog();
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tensordock-state-'));
    log = new KeptLog();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    get log() {
      return log;
    },
    file: (name) => path.join(folder, name),
  };
}
