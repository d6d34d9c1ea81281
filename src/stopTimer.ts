import path from 'node:path';
import { text } from 'node:stream/consumers';
import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { TensorDockClient } from './api/client';
import { ScheduleFile } from './automation/scheduleFile';
import { stopsOnly, StopTimer, type StopTools } from './automation/stopTimer';
import { TimerFile } from './automation/timerFile';
import { type TimerOrder, timerOrderSchema, type TimerReply } from './automation/timerOrder';
import { systemClock } from './base/clock';
import { setLanguage } from './base/locale';
import { silentLogger } from './base/logger';
import { FileJournal } from './instances/operations/fileJournal';
import { Operations } from './instances/operations/operations';
import { SnapshotFile } from './instances/sharedSnapshot';
import { InstanceStore } from './instances/store';

/*
 * A process of its own that outlives the window that started it, and carries out one scheduled stop. The token comes
 * through standard input and stays in memory; nothing is logged.
 */

const clock = systemClock;
const log = silentLogger;

async function main(): Promise<void> {
  const order = v.parse(timerOrderSchema, JSON.parse(await text(process.stdin)));
  setLanguage(order.language ?? 'en');
  l10n.config({ contents: l10nBundle(order.texts) });
  const { folder, timerId, scheduleId } = order;
  const reply = await check(order);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
  if (reply.kind === 'failed') return;
  const schedules = new ScheduleFile(folder, log);
  const timers = new TimerFile(folder, log);
  const tools = async (): Promise<StopTools> => open(order);
  await new StopTimer({ timerId, scheduleId, schedules, timers, clock, log, open: tools }).run();
  await timers.change((all) => all.filter(({ id }) => id !== timerId));
}

/** Without VS Code, a proxy or certificate may be missing: better known now than when the time has come. */
async function check(order: TimerOrder): Promise<TimerReply> {
  try {
    await clientOf(order, async () => undefined).getInstance(order.instanceId);
    return { kind: 'ready' };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

async function open(order: TimerOrder): Promise<StopTools> {
  const { folder, accountId, instanceId } = order;
  const store = new InstanceStore({
    clock,
    log,
    random: Math.random,
    need: () => ({ visible: false, focused: false, intervalMs: 30_000 }),
    onScreen: () => new Set(),
  });
  const api = clientOf(order, async () => store.noteRequest());
  await store.setSession({ accountId, api, shared: new SnapshotFile(folder, accountId, log) });
  const journal = stopsOnly(new FileJournal(path.join(folder, 'operations'), log), instanceId);
  const operations = new Operations({ journal, store, clock, log });
  return {
    store,
    operations,
    close: async () => {
      operations.dispose();
      store.dispose();
    },
  };
}

function clientOf(
  { origin, token, version }: TimerOrder,
  beforeRequest: () => Promise<void>,
): TensorDockClient {
  return new TensorDockClient({ origin, getToken: async () => token, clock, version, beforeRequest });
}

function l10nBundle(texts: TimerOrder['texts']): Record<string, string> {
  const entries = Object.entries(texts ?? {});
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

// The window that reads the reply may be gone, and its terminal with it.
process.stdout.on('error', () => undefined);
process.on('SIGHUP', () => undefined);
main().then(
  () => process.exit(0),
  () => process.exit(1),
);
