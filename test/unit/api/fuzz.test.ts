import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeHostnode,
  decodeHostnodes,
  decodeLocations,
  decodeSecret,
  decodeSecrets,
} from '../../../src/api/decodeCatalogue';
import { decodeActionReply, decodeInstance, decodeInstances } from '../../../src/api/decodeInstance';
import { inferDialect } from '../../../src/api/dialect';
import { findErrorInside, readErrorBody } from '../../../src/api/errorBody';
import { TensorDockError } from '../../../src/api/errors';
import { isObject } from '../../../src/base/json';
import { refusalError } from '../../../src/api/refusal';
import { Redactor } from '../../../src/api/serviceText';
import { gets, hostnode, id, instance, liveDetails, lists, location, specifiedDetails } from './bodies';

const numRuns = Number(process.env.FUZZ_RUNS ?? 2_000);

const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      false,
      0,
      -0,
      -1,
      1.5,
      1e308,
      -1e308,
      Number.NaN,
      Infinity,
      2 ** 53,
      65536,
      '',
      ' ',
      '22',
    ],
    ...[
      'NaN',
      '-1',
      '1e999',
      '0x10',
      '__proto__',
      'constructor',
      '\u0000',
      '\u202e',
      '<b>',
      '..',
      'x'.repeat(20_000),
    ],
    ...[[], {}, [[]], [null], { attributes: null }, { id: 1 }, { error: 'x' }, { status: 500 }],
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
);
const seeds = [
  ...Object.values(gets),
  ...Object.values(lists),
  { data: { locations: [location] } },
  { data: { hostnodes: [hostnode] } },
  { data: { secrets: [{ type: 'SSHKEY', id: 's', name: 'n' }] } },
  { errors: [{ status: '404', title: 'Not Found', detail: 'x' }] },
  [{ code: 'custom', message: 'x', path: ['data', 'attributes', 'image'], options: ['a'] }],
  { data: { status: 400, error: 'No available nodes found' } },
];

interface Mutation {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'rename' | 'double';
  readonly key: string;
  readonly value: unknown;
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom('replace', 'replace', 'remove', 'rename', 'double'),
  key: fc.oneof(fc.constantFrom('id', 'data', 'attributes', 'error', 'status', '__proto__'), fc.string()),
  value: hostile,
});

/** The body with its `at`-th node changed. */
function mutate(body: unknown, { at, how, key, value }: Mutation): unknown {
  let left = at % countNodes(body);
  const visit = (node: unknown): unknown => {
    if (left-- === 0) return how === 'double' ? [node, node] : value;
    if (Array.isArray(node)) {
      return node.flatMap((entry: unknown) =>
        left === 0 && how === 'remove' ? (left--, []) : [visit(entry)],
      );
    }
    if (!isObject(node)) return node;
    const entries = Object.entries(node).flatMap(([name, inside]): [string, unknown][] => {
      if (left === 0 && how === 'remove') return (left--, []);
      if (left === 0 && how === 'rename') return (left--, [[key, inside]]);
      return [[name, visit(inside)]];
    });
    return Object.fromEntries(entries);
  };
  return visit(body);
}

function countNodes(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 1;
  return 1 + Object.values(node).reduce((sum: number, inside) => sum + countNodes(inside), 0);
}

const body = fc
  .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 6 }))
  .map(([seed, mutations]) => mutations.reduce<unknown>(mutate, seed));

function everyNumber(value: unknown, check: (number: number) => void): void {
  if (typeof value === 'number') check(value);
  else if (typeof value === 'object' && value !== null) {
    for (const inside of Object.values(value)) everyNumber(inside, check);
  }
}

describe(`${numRuns} bodies mutated from every variant`, () => {
  it('decode without a throw, to numbers that can be trusted', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(body, (mutated) => {
        const decoded = [
          decodeInstances(mutated),
          decodeInstance(mutated, 'asked'),
          decodeActionReply(mutated),
          decodeLocations(mutated),
          decodeHostnodes(mutated),
          decodeHostnode(mutated, 'asked'),
          decodeSecrets(mutated),
          decodeSecret(mutated),
        ];
        inferDialect(mutated);
        findErrorInside(mutated);
        everyNumber(decoded, (number) => {
          expect(number >= 0 && number <= Number.MAX_SAFE_INTEGER && !Object.is(number, -0)).toBe(true);
        });
        const ids = decodeInstances(mutated)?.instances.map((row) => row.id) ?? [];
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns },
    );
  });

  it('become an error of ours when they come as one', { timeout: 600_000 }, () => {
    const redactor = new Redactor(['token']);
    fc.assert(
      fc.property(body, fc.integer({ min: 400, max: 599 }), fc.boolean(), (mutated, status, changing) => {
        const error = refusalError({ httpStatus: status, body: readErrorBody(mutated), changing }, redactor);
        expect(error).toBeInstanceOf(TensorDockError);
        expect(error.message.length).toBeLessThan(6_000);
        expect(error.message).not.toMatch(/[\p{Cc}\u202e]/u);
      }),
      { numRuns },
    );
  });

  it('lose no row because of its neighbours', { timeout: 600_000 }, () => {
    const good = fc.constantFrom({ id, attributes: specifiedDetails }, { id, ...liveDetails });
    const rows = fc.array(
      fc
        .tuple(good, fc.array(mutation, { minLength: 1, maxLength: 4 }))
        .map(([row, all]) => all.reduce<unknown>(mutate, row)),
      { maxLength: 5 },
    );
    const wrap = fc.constantFrom<(list: unknown[]) => unknown>(
      (list) => ({ data: list }),
      (list) => ({ data: { instances: list } }),
      (list) => ({ data: { type: 'list', id: 'instances', attributes: { instances: list } } }),
      (list) => list,
    );
    fc.assert(
      fc.property(rows, rows, good, wrap, (before, after, row, envelope) => {
        const others = [...before, ...after].map((other) =>
          isObject(other) ? { ...other, id: 'other' } : other,
        );
        const apart = others.map((other) => {
          if (!isObject(other) || !isObject(other.attributes)) return other;
          return { ...other, attributes: { ...other.attributes, id: 'other' } };
        });
        const decoded = decodeInstances(
          envelope([...apart.slice(0, before.length), row, ...apart.slice(before.length)]),
        );
        expect(decoded?.instances.filter((found) => found.id === id)).toEqual([instance]);
      }),
      { numRuns },
    );
  });
});
