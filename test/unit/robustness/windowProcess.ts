import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { TensorDockClient } from '../../../src/api/client';
import { SnapshotFile } from '../../../src/instances/sharedSnapshot';
import { InstanceStore } from '../../../src/instances/store';

/** A window in a process of its own: `windowProcess ORIGIN FOLDER INTERVAL_MS`, with the token in `TOKEN`. */
const [origin = '', folder = '', interval = ''] = process.argv.slice(2);

const store = new InstanceStore({
  clock: systemClock,
  log: silentLogger,
  random: Math.random,
  need: () => ({ visible: true, focused: true, intervalMs: Number(interval) }),
  onScreen: () => new Set(),
});
const api = new TensorDockClient({
  origin,
  getToken: () => Promise.resolve(process.env.TOKEN),
  beforeRequest: () => {
    store.noteRequest();
    process.stdout.write('asking\n');
    return Promise.resolve();
  },
});
store.onDidChange(({ added }) => {
  if (added.length > 0) process.stdout.write(`rows ${store.rows().length}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
const shared = new SnapshotFile(folder, 'account-1', silentLogger);
void store.setSession({ accountId: 'account-1', api, shared });
