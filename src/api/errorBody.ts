import type { RequestIssue } from './errors';
import { isObject } from '../base/json';
import { Fields, isList, readInteger, readText, withoutMissing } from './fields';

/** What an answer says went wrong, whatever its form. */
export interface ErrorBody {
  /** The status inside the body, if it is from 400 to 599. */
  readonly status?: number;
  /** The service's words, unchanged, the most specific first. */
  readonly texts: readonly string[];
  readonly issues: readonly RequestIssue[];
  /** Machine-readable words beside the texts, such as `resource_error`. */
  readonly codes: readonly string[];
  /** The body is a JSON object or list, and not a web page, plain text, or empty. */
  readonly ownJson: boolean;
}

const mostIssues = 20;

/** Reads an error body: `errors`, `error`, validation issues, `message`, `detail`, or plain text. */
export function readErrorBody(body: unknown): ErrorBody {
  const found: Found = { texts: [], issues: [], codes: [] };
  collect(body, found, 0);
  return {
    status: found.status,
    texts: [...new Set(found.texts)],
    issues: found.issues.slice(0, mostIssues),
    codes: found.codes.slice(0, mostIssues),
    ownJson: isObject(body) || isList(body),
  };
}

/**
 * The error inside the body of a 2xx answer, if there is one: a `status` of 400 or more, an `error`, or `errors`, at
 * the top level or in `data`. An instance isn't an error, whatever its status word says.
 */
export function findErrorInside(body: unknown): ErrorBody | undefined {
  const candidates = isObject(body) ? [body, body.data] : [];
  for (const candidate of candidates) {
    if (!isObject(candidate)) continue;
    const failed = isPresent(candidate.error) || isPresent(candidate.errors) || candidate.success === false;
    if (readErrorStatus(candidate.status) !== undefined || (failed && !isInstance(candidate))) {
      return readErrorBody(body);
    }
  }
  return undefined;
}

function isInstance(value: Readonly<Record<string, unknown>>): boolean {
  return readText(value.id) !== undefined && typeof value.status === 'string';
}

function isPresent(value: unknown): boolean {
  if (isList(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : value === true || readText(value) !== undefined;
}

function readErrorStatus(value: unknown): number | undefined {
  const status = readInteger(value);
  return status !== undefined && status >= 400 && status <= 599 ? status : undefined;
}

interface Found {
  status?: number;
  readonly texts: string[];
  readonly issues: RequestIssue[];
  readonly codes: string[];
}

const deepest = 6;

function collect(value: unknown, found: Found, depth: number): void {
  if (depth > deepest || found.texts.length > 50) return;
  if (isList(value)) {
    for (const entry of value.slice(0, mostIssues)) collect(entry, found, depth + 1);
    return;
  }
  if (!isObject(value)) {
    const text = typeof value === 'string' ? readText(value) : undefined;
    if (text !== undefined) found.texts.push(...textsIn(text, found, depth));
    return;
  }
  found.status ??= readErrorStatus(value.status) ?? readErrorStatus(value.statusCode);
  for (const key of ['code', 'type', 'reason']) {
    const code = Object.hasOwn(value, key) ? value[key] : undefined;
    if (typeof code === 'string') found.codes.push(code.slice(0, 100));
  }
  const issue = readIssue(value);
  if (issue !== undefined) found.issues.push(issue);
  for (const key of [
    'error',
    'errors',
    'issues',
    'validation',
    'detail',
    'message',
    'msg',
    'title',
    'data',
  ]) {
    if (Object.hasOwn(value, key)) collect(value[key], found, depth + 1);
  }
}

/** An error's `message` may itself be JSON, which is then read. */
function textsIn(text: string, found: Found, depth: number): string[] {
  if (!/^\s*[[{]/.test(text) || text.length >= 10_000) return [text];
  try {
    collect(JSON.parse(text), found, depth + 1);
    return [];
  } catch {
    return [text];
  }
}

function readIssue(value: Readonly<Record<string, unknown>>): RequestIssue | undefined {
  const fields = new Fields(value);
  const path =
    fields.get(readPath, 'path', 'location', 'loc', 'instancePath', 'dataPath', 'field') ??
    fields.inside('source').get(readPath, 'pointer');
  const message = fields.text('message', 'msg', 'detail');
  if (path === undefined || message === undefined) return undefined;
  return withoutMissing({
    path,
    message: message.slice(0, 1_000),
    code: fields.text('code', 'keyword', 'type')?.slice(0, 100),
    options: fields.get(readOptions, 'options', 'values'),
  });
}

function readPath(value: unknown): (string | number)[] | undefined {
  const parts = typeof value === 'string' ? value.split(/[./[\]]+/).filter((part) => part !== '') : value;
  if (!isList(parts) || parts.length === 0) return undefined;
  return parts
    .slice(0, 20)
    .filter((part) => typeof part === 'string' || typeof part === 'number')
    .map((part) => (typeof part === 'string' ? part.slice(0, 100) : part));
}

function readOptions(value: unknown): string[] | undefined {
  if (!isList(value)) return undefined;
  return value
    .slice(0, 100)
    .filter((option) => typeof option === 'string')
    .map((option) => option.slice(0, 100));
}
