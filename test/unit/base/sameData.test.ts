import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameData } from '../../../src/base/sameData';

test.each<[unknown, unknown, boolean]>([
  [{ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [{ a: [1, 2] }, { a: [2, 1] }, false],
  [{ a: [1] }, { a: [1, 2] }, false],
  [[], {}, false],
  [NaN, NaN, true],
  [{}, null, false],
])('%j and %j are the same: %s', (one, other, expected) => {
  expect(sameData(one, other)).toBe(expected);
  expect(sameData(other, one)).toBe(expected);
});

test('what is written and read again is the same, and nothing else is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(sameData(one, structuredClone(one))).toBe(true);
      if (sameData(one, other))
        expect(JSON.parse(JSON.stringify(other))).toEqual(JSON.parse(JSON.stringify(one)));
    }),
  );
});
