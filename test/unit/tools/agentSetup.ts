import type { Schedule, ScheduleWish } from '../../../src/automation/schedule';
import { budgetCheck, type BudgetLimits } from '../../../src/cost/budget';
import { noCost } from '../../../src/cost/history';
import type { ToolParts } from '../../../src/tools/tool';
import { runTool, type ToolResult } from '../../../src/tools/runTool';
import { askBeyondBudget } from '../../../src/views/notifications/budgetQuestion';
import { Person, type Window } from '../instances/windows';

/** An agent beside a person who has one window on a simulated service. */
export interface Setup {
  readonly person: Person;
  readonly window: Window;
  readonly parts: ToolParts;
  readonly memory: Map<string, unknown>;
  /** What the person set. */
  readonly set: { enabled: boolean; limits: BudgetLimits; hereId: string | undefined };
  /** Turns the clock until the call has ended. */
  readonly call: (name: string, input?: unknown, signal?: AbortSignal) => Promise<ToolResult>;
  /** How many requests that change something the service got. */
  readonly changes: () => number;
}

/** `vscode` has to be the fake one. Instances by name are running; `stopped` ones aren't. */
export async function setUp(
  person: Person,
  names: { readonly running?: readonly string[]; readonly stopped?: readonly string[] } = {},
): Promise<Setup> {
  const { clock, log } = person;
  for (const name of names.stopped ?? []) person.addInstance(name);
  for (const name of names.running ?? []) person.addInstance(name, { status: 'running' });
  const set: Setup['set'] = { enabled: true, limits: {}, hereId: undefined };
  const window = await person.open();
  const all = (names.stopped?.length ?? 0) + (names.running?.length ?? 0);
  await person.until(() => window.store.rows().length === all);
  await clock.advance(2_000);
  const { store, operations } = window;
  // Without files, so that only the clock of the test passes.
  const ledger = { settled: () => Promise.resolve(), isLoaded: true, total: () => noCost, costs: () => [] };
  const scheduled = new Map<string, Schedule>();
  const schedules = {
    of: (id: string) => scheduled.get(id),
    list: () => [...scheduled.values()],
    set: (wish: ScheduleWish) => {
      const schedule = { ...wish, id: 'schedule', accountId: 'account-1', at: wish.at ?? 0 };
      scheduled.set(wish.instanceId, schedule);
      return Promise.resolve(schedule);
    },
  };
  person.budget = budgetCheck(
    ledger,
    () => store.rows(),
    () => set.limits,
    () => clock.now(),
  );
  operations.onDidAsk((question) => {
    if (question.kind === 'budget') void askBeyondBudget(question);
  });
  const memory = new Map<string, unknown>();
  const parts = {
    clock,
    log,
    settings: {
      get agentsEnabled() {
        return set.enabled;
      },
      get budgetLimits() {
        return set.limits;
      },
      images: ['ubuntu2404', 'ubuntu2204', 'windows10'],
    },
    store,
    operations,
    schedules,
    ledger,
    ssh: { choose: () => Promise.resolve() },
    keys: {
      list: () =>
        Promise.resolve([
          {
            publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHn9k5zJ8Yc5y0 me@home',
            comment: 'me@home',
            fingerprint: 'SHA256:abc',
            identityFile: () => Promise.resolve('~/.ssh/id_ed25519'),
          },
        ]),
    },
    connected: () =>
      Promise.resolve(set.hereId === undefined ? { kind: 'no' } : { kind: 'instance', id: set.hereId }),
    isOpenElsewhere: () => false,
    reportedByForm: new WeakSet(),
    memory: {
      get: (key: string) => memory.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
    },
    settled: () => Promise.resolve(),
  } as unknown as ToolParts;
  return {
    person,
    window,
    parts,
    memory,
    set,
    call: async (name, input = {}, signal = new AbortController().signal) =>
      person.outcome(runTool(parts, name, input, signal)),
    changes: () => ['POST', 'PUT', 'PATCH', 'DELETE'].reduce((sum, method) => sum + person.count(method), 0),
  };
}
