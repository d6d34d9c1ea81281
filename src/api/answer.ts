import * as l10n from '@vscode/l10n';
import {
  inAMinute,
  OutcomeUnknownError,
  ServiceError,
  type ErrorDetails,
  type TensorDockError,
} from './errors';
import { isObject } from '../base/json';

/** Larger bodies aren't read. A list of thousands of instances is much smaller. */
const mostBytes = 8 * 1024 * 1024;
/** Deeper JSON isn't parsed. The service's own has at most ten levels. */
const deepest = 100;

/** The text of a body. Throws `AnswerProblem` past 8 MiB, and the stream's error if it fails. */
export async function readBody(body: AsyncIterable<Uint8Array | string> | null): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > mostBytes) throw new AnswerProblem('too-long');
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The JSON of a body; `undefined` for an empty one. Throws `AnswerProblem` for anything else. */
export function parseBody(text: string): unknown {
  const bare = text.replace(/^\uFEFF/, '').trim();
  if (bare === '') return undefined;
  if (bare.startsWith('<')) throw new AnswerProblem('web-page');
  if (isDeep(bare)) throw new AnswerProblem('too-deep');
  try {
    return JSON.parse(bare) as unknown;
  } catch {
    throw new AnswerProblem('no-json');
  }
}

/** The words of a web page or plain text, for an error without JSON. */
export function textOfPage(text: string): string {
  return text
    .slice(0, 20_000)
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ');
}

function isDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at];
    if (char === '"') {
      at = endOfString(json, at);
    } else if (char === '[' || char === '{') {
      depth += 1;
      if (depth > deepest) return true;
    } else if (char === ']' || char === '}') {
      depth -= 1;
    }
  }
  return false;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/** Why a body is unusable. */
export class AnswerProblem extends Error {
  constructor(readonly why: 'too-long' | 'too-deep' | 'web-page' | 'no-json' | 'empty' | 'unfit') {
    super(why);
  }
}

/** The error for an unusable answer. After a change, the outcome is unknown. */
export function unreadable(
  problem: AnswerProblem,
  changing: boolean,
  details: ErrorDetails,
): TensorDockError {
  const why = {
    'too-long': l10n.t('TensorDock’s answer is too long.'),
    'too-deep': l10n.t('TensorDock’s answer is nested too deeply.'),
    'web-page': l10n.t(
      'TensorDock’s answer was a web page. Check whether this network or a proxy wants you to sign in first.',
    ),
    'no-json': l10n.t('TensorDock’s answer can’t be read: it is cut off or isn’t JSON.'),
    empty: l10n.t('TensorDock’s answer is empty.'),
    unfit: l10n.t('TensorDock’s answer doesn’t contain what was asked for.'),
  }[problem.why];
  const passes = ['no-json', 'empty', 'unfit'].includes(problem.why);
  return changing
    ? new OutcomeUnknownError(
        l10n.t('{0} It may have succeeded. Check the instance before you try again.', why),
        details,
      )
    : new ServiceError('unreadable-answer', why, passes ? { ...details, tryAgain: inAMinute() } : details);
}

/** The wait in milliseconds that a `Retry-After` header asks for, in seconds or as a date. `now`: Unix milliseconds. */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    const ms = Number(text) * 1000;
    return Number.isSafeInteger(Math.ceil(ms)) ? Math.ceil(ms) : undefined;
  }
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const badCertificate = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS_/;

/** How a connection failed: before anything was sent, because of a certificate (also before), or at an unknown point. */
export function connectionFailure(error: unknown): 'not-sent' | 'certificate' | 'lost' {
  const fields = isObject(error) ? error : {};
  const { code, erroredSysCall, syscall } = fields;
  if (typeof code === 'string' && badCertificate.test(code)) return 'certificate';
  const call = erroredSysCall ?? syscall;
  const connecting = call === 'connect' || call === 'getaddrinfo';
  return connecting || (typeof code === 'string' && neverConnected.has(code)) ? 'not-sent' : 'lost';
}
