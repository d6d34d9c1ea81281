import { describe, expect, test } from 'vitest';
import { parseLine, splitLines } from '../../../../src/ssh/config/configText';

describe('a line of any length', () => {
  const long = 1_000_000;
  test.each([
    ['blanks before a word', `Host a${' '.repeat(long)}b`],
    ['blanks alone', ' '.repeat(long)],
    ['blanks behind a keyword', `Host${'\t'.repeat(long)}`],
    ['carriage returns', `Host a${'\r'.repeat(long)}b`],
    ['quotes', `Host ${'"'.repeat(long)}`],
    ['backslashes', `Host ${'\\'.repeat(long)}`],
    ['equals signs', `Host${'='.repeat(long)}`],
    ['one word', 'x'.repeat(long)],
    ['many values', `Host ${'a '.repeat(long / 2)}`],
  ])('is read in linear time: %s', (_, line) => {
    // Quadratic time would be minutes.
    const start = performance.now();
    for (const { text } of splitLines(`${line}\n`)) parseLine(text);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
