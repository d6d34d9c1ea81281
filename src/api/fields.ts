/** Reads single values from JSON from outside. What doesn't fit is missing; nothing here throws. */

import { isObject, type JsonObject } from '../base/json';

/** Longer texts are cut: this is enough for any name, and too little to fill a disk. */
const longestText = 10_000;
const longestId = 1_000;
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** A text that isn't blank or invisible, cut at 10,000 characters. A number counts as its digits. */
export function readText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  const text = typeof value === 'string' ? value.slice(0, longestText) : '';
  return visible.test(text) ? text : undefined;
}

/** A character that shows something: a name of others would be a row or a question without one. */
const visible = /[^\s\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * An ID: any text that can be one segment of a URL path, which `.`, `..`, and lone surrogates can't, without control
 * or invisible characters. At most 1,000 characters.
 */
export function readId(value: unknown): string | undefined {
  const text = readText(value);
  if (text === undefined || text.length > longestId || text === '.' || text === '..') return undefined;
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(text) ? undefined : text;
}

/** A number from 0 to `MAX_SAFE_INTEGER`, or its digits as a text. */
export function readNumber(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && value.length < 100 && decimal.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0 && number <= Number.MAX_SAFE_INTEGER)) return undefined;
  return number === 0 ? 0 : number;
}

export function readInteger(value: unknown): number | undefined {
  const number = readNumber(value);
  return number !== undefined && Number.isInteger(number) ? number : undefined;
}

/** A TCP port: 1 to 65535. */
export function readPort(value: unknown): number | undefined {
  const port = readInteger(value);
  return port !== undefined && port >= 1 && port <= 65_535 ? port : undefined;
}

export function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** Several objects that together describe one thing, the most trusted first: `data.attributes`, `data`, the top level. */
export class Fields {
  private readonly sources: readonly JsonObject[];

  constructor(...sources: readonly unknown[]) {
    this.sources = sources.filter(isObject);
  }

  /** There is nothing to read. */
  get isEmpty(): boolean {
    return this.sources.every((source) => Object.keys(source).length === 0);
  }

  /** The first value under one of the keys that `read` accepts. */
  get<T>(read: (value: unknown) => T | undefined, ...keys: readonly string[]): T | undefined {
    for (const source of this.sources) {
      for (const key of keys) {
        const value = Object.hasOwn(source, key) ? read(source[key]) : undefined;
        if (value !== undefined) return value;
      }
    }
    return undefined;
  }

  text(...keys: readonly string[]): string | undefined {
    return this.get(readText, ...keys);
  }

  number(...keys: readonly string[]): number | undefined {
    return this.get(readNumber, ...keys);
  }

  integer(...keys: readonly string[]): number | undefined {
    return this.get(readInteger, ...keys);
  }

  boolean(...keys: readonly string[]): boolean | undefined {
    return this.get(readBoolean, ...keys);
  }

  /** The fields inside an object field; empty if there is no such object. */
  inside(...keys: readonly string[]): Fields {
    return new Fields(this.get((value) => (isObject(value) ? value : undefined), ...keys));
  }
}

/** The fields of a body or row, whether bare, in `data`, or in an `attributes` envelope. */
export function fieldsOf(value: unknown): Fields {
  const data = isObject(value) ? value.data : undefined;
  const attributesOf = (owner: unknown): unknown => (isObject(owner) ? owner.attributes : undefined);
  return new Fields(attributesOf(data), data, attributesOf(value), value);
}

/** The first list where the dialects may have `name`; see `decodeInstances`. */
export function findRows(body: unknown, name: string): readonly unknown[] | undefined {
  if (isList(body)) return body;
  const data = isObject(body) ? body.data : undefined;
  if (isList(data)) return data;
  return fieldsOf(body).get((value) => (isList(value) ? value : undefined), name);
}

/** The object without its undefined fields, so that undefined and missing are equal. */
export function withoutMissing<T extends object>(value: T): T {
  // An object that loses a field is slow for good.
  const kept: Partial<T> = {};
  for (const key of Object.keys(value) as (keyof T)[]) {
    if (value[key] !== undefined) kept[key] = value[key];
  }
  return kept as T;
}
