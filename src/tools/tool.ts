import type * as vscode from 'vscode';
import * as v from 'valibot';
import type { Schedules } from '../automation/schedules';
import { plainText } from '../base/text';
import type { Clock } from '../base/clock';
import type { Ledger } from '../cost/ledger';
import type { Operations, RunningOperation } from '../instances/operations/operations';
import type { InstanceRow, InstanceStore } from '../instances/store';
import type { Connected } from '../vscode/connectedWindow';
import type { LocalKeys } from '../vscode/localKeys';
import type { Settings } from '../vscode/settings';
import type { SshSetup } from '../vscode/sshSetup';

/** The parts of the extension, as tools use them. None of them has a token. */
export interface ToolParts {
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
  readonly settings: Pick<Settings, 'agentsEnabled' | 'images' | 'budgetLimits'>;
  readonly store: InstanceStore;
  readonly operations: Operations;
  readonly schedules: Pick<Schedules, 'of' | 'list' | 'set'>;
  readonly ledger: Pick<Ledger, 'settled' | 'isLoaded' | 'total' | 'costs'>;
  readonly ssh: Pick<
    SshSetup,
    'choose' | 'choosePlace' | 'hosts' | 'person' | 'paths' | 'optionsFor' | 'target'
  >;
  readonly keys: Pick<LocalKeys, 'list'>;
  readonly connected: () => Promise<Connected>;
  readonly isOpenElsewhere: (id: string) => boolean;
  /** Operations whose end is reported by whoever began them. */
  readonly reportedByForm: WeakSet<RunningOperation>;
  /** Keeps whether the person has agreed that agents ask for changes. */
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
  /** What all accounts together spent, which the budgets are about; by default what `ledger` says. */
  readonly spentByAll?: {
    readonly ledger: Pick<Ledger, 'total'>;
    readonly rows: () => readonly InstanceRow[];
  };
  /** Resolves when it's known who is signed in. */
  readonly settled: () => Promise<void>;
}

/** What an agent gets: JSON. */
export type Data = Readonly<Record<string, unknown>>;

/** What the person is asked before a change. */
export interface Question {
  readonly message: string;
  /** Paragraphs: the price, or what is lost. */
  readonly detail: readonly string[];
  readonly button: string;
}

/** A change that was checked and not yet made. */
export interface Plan {
  readonly question: Question;
  /** Makes it. Only called after the person said yes. */
  readonly carryOut: (signal: AbortSignal) => Promise<Data>;
}

/** What an agent can ask for. Only a `changing` one costs or destroys anything, and it can't without a question. */
export type Tool =
  | {
      readonly kind: 'reading';
      readonly input: v.GenericSchema;
      readonly read: (parts: ToolParts, input: unknown, signal: AbortSignal) => Promise<Data>;
    }
  | {
      readonly kind: 'changing';
      readonly input: v.GenericSchema;
      /** Checks the change and words its question. Changes nothing. */
      readonly plan: (parts: ToolParts, input: unknown, signal: AbortSignal) => Promise<Plan>;
    };

/** What was asked for isn't possible as it was asked, which an agent can mend. Nothing was changed. */
export class InvalidInputError extends Error {}

type Fields<E extends v.ObjectEntries> = v.StrictObjectSchema<E, undefined>;

/** Each tool takes the account that it is for, which is chosen before it runs. */
function withAccount<E extends v.ObjectEntries>(
  fields: Fields<E>,
): v.StrictObjectSchema<E & { account: v.OptionalSchema<v.GenericSchema<string>, undefined> }, undefined> {
  return v.strictObject({ ...fields.entries, account: v.optional(field.text(longestAccountName)) });
}

export function reading<E extends v.ObjectEntries>(
  fields: Fields<E>,
  read: (parts: ToolParts, input: v.InferOutput<Fields<E>>, signal: AbortSignal) => Promise<Data>,
): Tool {
  const input = withAccount(fields);
  return {
    kind: 'reading',
    input,
    read: async (parts, raw, signal) => read(parts, check(input, raw), signal),
  };
}

export function changing<E extends v.ObjectEntries>(
  fields: Fields<E>,
  plan: (parts: ToolParts, input: v.InferOutput<Fields<E>>, signal: AbortSignal) => Promise<Plan>,
): Tool {
  const input = withAccount(fields);
  return {
    kind: 'changing',
    input,
    plan: async (parts, raw, signal) => plan(parts, check(input, raw), signal),
  };
}

/** Text from outside in a result: marked as data, so that no agent takes it for an instruction. */
export interface Untrusted {
  readonly untrustedText: string;
}

export function untrusted(text: string, limit = 200): Untrusted {
  return { untrustedText: plainText(text, limit) };
}

/** An ID that is passed on as it is, since it can't be anything else; `undefined` for any other text. */
export function plainId(text: string | undefined): string | undefined {
  return text !== undefined && idPattern.test(text) ? text : undefined;
}

/** The longest name that an account can have, in characters. */
export const longestAccountName = 60;

const idPattern = /^[\w.:-]{1,100}$/;

const text = (longest: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.minLength(1), v.maxLength(longest));
const whole = (least: number, most: number): v.GenericSchema<number> =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** The fields that tools take. Each is bounded. */
export const field = {
  id: v.pipe(v.string(), v.regex(idPattern)),
  text,
  whole,
  gpuCount: whole(1, 64),
  vcpus: whole(2, 1024),
  ramGb: whole(1, 8192),
  storageGb: whole(1, 100_000),
};

function check<S extends v.GenericSchema>(schema: S, raw: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, raw);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.slice(0, 5).map((issue) => {
    const path = plainText(v.getDotPath(issue) ?? '', 100);
    // A message quotes what it got, which may be text from outside.
    return `${path === '' ? 'arguments' : path}: ${issue.expected ?? issue.type}`;
  });
  throw new InvalidInputError(problems.join('; '));
}
