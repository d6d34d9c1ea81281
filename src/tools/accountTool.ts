import * as vscode from 'vscode';
import { inAccount } from '../vscode/messages';
import type { ToolName } from './names';
import { planned, runTool, type ToolResult } from './runTool';
import { InvalidInputError, type Question, type ToolParts } from './tool';

/** The parts of one account. */
export interface AccountTools {
  /** What the person calls it. */
  readonly name: string;
  readonly parts: ToolParts;
}

export interface ToolAccounts {
  /** The accounts that are signed in. */
  readonly all: () => readonly AccountTools[];
  /** What answers while nobody is signed in. */
  readonly nobody: () => ToolParts;
  /** Resolves when it's known who is signed in. */
  readonly settled: () => Promise<void>;
}

/** These tell of each account if none is named. */
const ofAll: ReadonlySet<string> = new Set<ToolName>(['tensordock_list_instances', 'tensordock_get_costs']);
/** What it says is the same for all accounts. */
const ofAny: ReadonlySet<string> = new Set<ToolName>(['tensordock_find_offers']);

/** Runs a tool with the account that it is for, which never changes on the way. See `runTool`. */
export async function runForAccount(
  accounts: ToolAccounts,
  name: string,
  input: unknown,
  signal: AbortSignal,
): Promise<ToolResult> {
  await accounts.settled();
  const all = accounts.all();
  const chosen = choose(all, name, input);
  if (chosen instanceof InvalidInputError) return { outcome: 'invalid', error: chosen.message };
  const [only, ...others] = chosen;
  if (!only) return runTool(accounts.nobody(), name, input, signal);
  const run = async (account: AccountTools): Promise<ToolResult> => {
    const result = await inAccount(all.length > 1 ? account.name : undefined, async () =>
      runTool(account.parts, name, input, signal),
    );
    return all.length > 1 ? { ...result, account: account.name } : result;
  };
  if (others.length === 0) return run(only);
  return { outcome: 'done', accounts: await Promise.all(chosen.map(run)) };
}

/** See `planned`. */
export async function plannedForAccount(
  accounts: ToolAccounts,
  name: string,
  input: unknown,
  signal: AbortSignal,
): Promise<Question | undefined> {
  await accounts.settled();
  const all = accounts.all();
  const chosen = choose(all, name, input);
  if (chosen instanceof InvalidInputError || chosen.length > 1) return undefined;
  const [only] = chosen;
  const question = await planned(only?.parts ?? accounts.nobody(), name, input, signal);
  if (!question || !only || all.length < 2) return question;
  return { ...question, detail: [vscode.l10n.t('Account: {0}', only.name), ...question.detail] };
}

/** The accounts that a call is for: none while nobody is signed in. What isn't clear is refused. */
function choose(
  all: readonly AccountTools[],
  name: string,
  input: unknown,
): readonly AccountTools[] | InvalidInputError {
  const named = textIn(input, 'account');
  if (named !== undefined) {
    const found = all.filter((account) => account.name === named);
    return found.length === 1 ? found : refused(all, vscode.l10n.t('No account has this name.'));
  }
  if (all.length < 2 || ofAll.has(name)) return all;
  if (ofAny.has(name)) return all.slice(0, 1);
  const id = textIn(input, 'instanceId');
  const having = all.filter(({ parts }) => id !== undefined && parts.store.row(id) !== undefined);
  if (having.length === 1) return having;
  return refused(
    all,
    id === undefined || having.length > 1
      ? vscode.l10n.t('Several accounts are signed in. Say which one you mean.')
      : vscode.l10n.t('No account lists this instance. Say which one you mean.'),
  );
}

function refused(all: readonly AccountTools[], problem: string): InvalidInputError {
  const names = all.map((account) => account.name).join(', ');
  return new InvalidInputError(`${problem} ${vscode.l10n.t('Accounts: {0}', names)}`);
}

function textIn(input: unknown, key: 'account' | 'instanceId'): string | undefined {
  if (typeof input !== 'object' || input === null || !(key in input)) return undefined;
  const value: unknown = Reflect.get(input, key);
  return typeof value === 'string' ? value : undefined;
}
