import { describe, expect, test } from 'vitest';
import { allocateAlias, isAlias } from '../../../../src/ssh/config/alias';

describe('an alias', () => {
  const id = '468B716A-6747-4cbe-9f13-afc153a21c14';
  test.each([
    ['Trainer One', 'td-trainer-one'],
    ['Münchén_GPU #1', 'td-munchen-gpu-1'],
    ['---a---', 'td-a'],
    ['机器', 'td-468b716a'],
    ['', 'td-468b716a'],
    ['x\nProxyCommand evil', 'td-x-proxycommand-evil'],
    ['a'.repeat(80), `td-${'a'.repeat(60)}`],
    [`${'a'.repeat(59)} b`, `td-${'a'.repeat(59)}`],
  ])('of %j is %s', (name, alias) => {
    expect(allocateAlias(name, id, new Set())).toBe(alias);
    expect(isAlias(alias)).toBe(true);
  });

  test('is never one that is taken, and never too long', () => {
    const taken = new Set<string>();
    for (let count = 0; count < 120; count++) {
      const alias = allocateAlias('a'.repeat(100), id, taken);
      expect(taken.has(alias)).toBe(false);
      expect(isAlias(alias)).toBe(true);
      taken.add(alias);
    }
  });
});
