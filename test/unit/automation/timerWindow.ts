import { text } from 'node:stream/consumers';
import path from 'node:path';
import * as v from 'valibot';
import { TensorDockClient } from '../../../src/api/client';
import { Schedules } from '../../../src/automation/schedules';
import { StopTimers } from '../../../src/automation/stopTimers';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { AccountIds } from '../../../src/instances/accountIds';
import { Accounts } from '../../../src/instances/accounts';
import { FileJournal } from '../../../src/instances/operations/fileJournal';
import { Operations } from '../../../src/instances/operations/operations';
import { SnapshotFile } from '../../../src/instances/sharedSnapshot';
import { InstanceStore } from '../../../src/instances/store';
import { MemorySecrets } from '../instances/memory';

/** A window in a process of its own. Its order comes through standard input, so that no argument has the token. */
const orderSchema = v.object({
  origin: v.string(),
  token: v.string(),
  folder: v.string(),
  program: v.string(),
  /** What the secret store holds, which all windows share. */
  secrets: v.record(v.string(), v.string()),
  instanceId: v.string(),
  inMs: v.number(),
});

const clock = systemClock;
const log = silentLogger;

async function main(): Promise<void> {
  const order = v.parse(orderSchema, JSON.parse(await text(process.stdin)));
  const { origin, token, folder, program, instanceId } = order;
  const secrets = new MemorySecrets();
  for (const [key, value] of Object.entries(order.secrets)) secrets.values.set(key, value);
  const accounts = new Accounts(secrets, new AccountIds({ secrets, folder, log }), log);
  const account = (await accounts.signedIn(origin)).active ?? fail();
  const store = new InstanceStore({
    clock,
    log,
    random: Math.random,
    need: () => ({ visible: true, focused: true, intervalMs: 30_000 }),
    onScreen: () => new Set(),
  });
  const api = new TensorDockClient({ origin, getToken: async () => token });
  await store.setSession({ accountId: account.id, api, shared: new SnapshotFile(folder, account.id, log) });
  await store.refresh();
  const journal = new FileJournal(path.join(folder, 'operations'), log);
  const operations = new Operations({ journal, store, clock, log });
  const shared = { folder, clock, log, store };
  const schedules = new Schedules({ ...shared, operations });
  const accountIds = (): readonly string[] => [account.id];
  const timers = new StopTimers({ ...shared, accounts, origin: () => origin, accountIds, program });
  const name = store.row(instanceId)?.instance.name ?? fail();
  const schedule = await schedules.set({ instanceId, name, at: clock.now() + order.inMs });
  await timers.start(schedule);
  process.stdout.write(`started ${schedule.id}\n`);
}

function fail(): never {
  throw new Error('The window isn’t signed in, or has no such instance.');
}

void main();
