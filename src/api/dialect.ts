import type { BadRequestError, RequestIssue } from './errors';
import { isObject } from '../base/json';
import { fieldsOf, findRows, isList } from './fields';

/** How requests and answers are written: as the formal contract says, or as the live service does. */
export type Dialect = 'specified' | 'live';

/** Remembers the dialect of each origin. An implementation may persist it. */
export interface DialectStore {
  get(origin: string): Dialect | undefined;
  set(origin: string, dialect: Dialect): void;
}

/** Remembers dialects in memory. */
export function inMemoryDialects(): DialectStore {
  const known = new Map<string, Dialect>();
  return {
    get: (origin) => known.get(origin),
    set: (origin, dialect) => known.set(origin, dialect),
  };
}

export function otherDialect(dialect: Dialect): Dialect {
  return dialect === 'specified' ? 'live' : 'specified';
}

/**
 * The dialect of a list or a single instance; other bodies are no evidence. The strongest hint decides: GPUs with
 * entries (the encoders differ there), then forwards with entries or a bare `data` list, then empty ones. Hints of the
 * same strength that contradict each other don't count.
 */
export function inferDialect(body: unknown): Dialect | undefined {
  const rows = findRows(body, 'instances') ?? [body];
  const hints: Record<'strong' | 'good' | 'weak', Set<Dialect>> = {
    strong: new Set(),
    good: new Set(),
    weak: new Set(),
  };
  if (isObject(body) && isList(body.data)) hints.good.add('live');
  for (const row of rows) {
    const fields = fieldsOf(row);
    const gpus = fields.inside('resources').get(readContainer, 'gpus');
    if (gpus) hints[gpus.empty ? 'weak' : 'strong'].add(gpus.list ? 'specified' : 'live');
    const forwards = fields.get(readContainer, 'portForwards', 'port_forwards');
    if (forwards) hints[forwards.empty ? 'weak' : 'good'].add(forwards.list ? 'live' : 'specified');
  }
  const decisive = [hints.strong, hints.good, hints.weak].find((found) => found.size > 0);
  return decisive?.size === 1 ? [...decisive][0] : undefined;
}

function readContainer(value: unknown): { list: boolean; empty: boolean } | undefined {
  if (isList(value)) return { list: true, empty: value.length === 0 };
  return isObject(value) ? { list: false, empty: Object.keys(value).length === 0 } : undefined;
}

/** Fields that the two encoders write differently. */
const shaped = ['gpus', 'cloud_init'];
const typeCode = /^(invalid_?type|type|invalid_?union|unrecognized_?keys|additionalProperties)$/i;
const typeWords =
  /\b(expected|must be|should be|valid|not of type) (an? )?['"`]?(object|array|string|record|map|list|dict(ionary)?)\b/i;
const schemaWords =
  /invalid (request|body|payload|json|input|schema)|validation (failed|error)|malformed|schema/i;

/**
 * Whether a 400 (or 422) refuses how the request is written, so that the other dialect is worth one try: a type issue
 * at a field that the dialects write differently, or words that say so. A refused value (an unknown image, a missing
 * port 22) doesn't count. While the dialect is unknown, a refusal of the whole body that names no field counts too.
 */
export function refusesShape(error: BadRequestError, known: Dialect | undefined): boolean {
  if (error.status !== 400 && error.status !== 422) return false;
  if (error.issues.some(isShapeIssue)) return true;
  const text = error.serviceText ?? '';
  if (error.issues.length > 0) return false;
  if (shaped.some((field) => text.includes(field)) && typeWords.test(text)) return true;
  return known === undefined && schemaWords.test(text);
}

function isShapeIssue(issue: RequestIssue): boolean {
  const at = issue.path.findIndex((part) => shaped.includes(String(part)));
  if (at < 0) return false;
  if (typeWords.test(issue.message)) return true;
  return at === issue.path.length - 1 && typeCode.test(issue.code ?? '');
}
