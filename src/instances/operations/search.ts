import * as l10n from '@vscode/l10n';
import { OutcomeUnknownError } from '../../api/errors';
import type { Instance } from '../../api/types';
import { abortReason } from '../../base/abort';
import { delay } from '../../base/clock';
import { UnclearCreateError, type ChangedInstance, type CreateSearch } from '../createOutcome';
import { matches } from './adoption';
import type { CreateSteps } from './createSteps';
import { isAt } from './steps';

const minuteMs = 60_000;

/** When the list is searched while the person waits, in milliseconds after the unclear answer. */
const waitedFor = [0, 5_000, 10_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000];
/** When it is searched in the background after that. */
const background = [3, 4.5, 6.5, 9, 12, 15].map((minutes) => minutes * minuteMs);

/**
 * Searches the list for the instance of an unclear create, for 15 minutes. Exactly one that matches in everything is
 * adopted; a person is asked about others. After two minutes the outcome is said to be unknown, and the search goes
 * on. Throws `UnclearCreateError` at the end.
 */
export async function search(steps: CreateSteps): Promise<ChangedInstance> {
  const { clock } = steps;
  if (isAt(steps, 'sending')) await steps.at('unclear', { searchFrom: clock.now() });
  const { searchFrom, startedAt } = steps.record;
  const began = searchFrom ?? startedAt;
  // Times that are past aren't made up for, but there is always one search.
  const passed = Math.max(0, clock.now() - began);
  const dues = [passed, ...[...waitedFor, ...background].filter((due) => due > passed)];
  if (isAt(steps, 'searching')) settleUnknown(steps, []);
  let before = passed;
  let candidates: readonly Instance[] = [];
  for (const due of dues) {
    const chosen = await waitOrChoice(steps, due - before, candidates);
    before = due;
    if (chosen) return adopt(steps, chosen);
    steps.report(
      l10n.t('TensorDock didn’t confirm the request. Searching your instances for {0}…', steps.record.name),
    );
    candidates = await searchOnce(steps);
    const [only, ...more] = candidates.filter((each) => matches(each, steps.record.wanted));
    if (only && more.length === 0 && !steps.hasRival()) return adopt(steps, only);
    if (due >= (waitedFor.at(-1) ?? 0) || due === dues.at(-1)) {
      if (isAt(steps, 'unclear')) await steps.at('searching');
      settleUnknown(steps, candidates);
      steps.ask(candidates);
    }
  }
  const { lists, forMs } = searchOf(steps);
  await steps.at('searched', { created: { kind: 'unknown', lists, forMs } });
  throw unclear(steps, candidates);
}

/** New instances of the name that no other operation created. Counts the list if it is good. */
async function searchOnce(steps: CreateSteps): Promise<readonly Instance[]> {
  const { session, record, clock } = steps;
  const asked = clock.now();
  await session.refresh();
  steps.signal.throwIfAborted();
  const { failure, listedAt } = session.status;
  if (!failure && listedAt >= asked) {
    await steps.at(steps.record.step, { lists: (steps.record.lists ?? 0) + 1 });
  }
  const known = new Set([...(record.knownIds ?? []), ...steps.createdByOthers()]);
  const isCandidate = ({ id, name }: Instance): boolean => name === record.name && !known.has(id);
  const instances = session.rows().map((row) => row.instance);
  const found: Instance[] = [];
  for (const instance of instances.filter(isCandidate)) {
    // A list may leave out the sizes, which decide.
    if (!matches(instance, record.wanted)) await session.check(instance.id);
    steps.signal.throwIfAborted();
    const row = session.row(instance.id);
    if (row) found.push(row.instance);
  }
  return found;
}

async function adopt(steps: CreateSteps, instance: Instance): Promise<ChangedInstance> {
  const { id } = instance;
  const wasUnknown = isAt(steps, 'searching');
  const { lists, forMs } = searchOf(steps);
  await steps.at('made', { instanceId: id, created: { kind: 'adopted', id, lists, forMs } });
  await steps.session.created(instance);
  if (wasUnknown) steps.found();
  return { id, search: { lists, forMs } };
}

function searchOf({ record, clock }: CreateSteps): CreateSearch {
  return {
    lists: record.lists ?? 0,
    forMs: Math.max(0, clock.now() - (record.searchFrom ?? record.startedAt)),
  };
}

function settleUnknown(steps: CreateSteps, candidates: readonly Instance[]): void {
  steps.settle({ kind: 'unknown', error: unclear(steps, candidates) });
}

function unclear(steps: CreateSteps, candidates: readonly Instance[]): OutcomeUnknownError {
  const search = searchOf(steps);
  return new UnclearCreateError(
    search.lists === 1
      ? l10n.t('TensorDock didn’t confirm the request. Your list was checked 1 time.')
      : l10n.t('TensorDock didn’t confirm the request. Your list was checked {0} times.', search.lists),
    search,
    candidates,
  );
}

/** Waits; resolves early with the candidate that a person chooses. */
async function waitOrChoice(
  { clock, signal, chosen }: CreateSteps,
  ms: number,
  candidates: readonly Instance[],
): Promise<Instance | undefined> {
  if (signal.aborted) throw abortReason(signal);
  if (ms <= 0) return undefined;
  const over = new AbortController();
  try {
    return await Promise.race([
      delay(clock, ms, AbortSignal.any([signal, over.signal])).then(() => undefined),
      chosen.then((id) => candidates.find((each) => each.id === id)),
    ]);
  } finally {
    over.abort();
  }
}
