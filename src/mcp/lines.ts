import type { Readable } from 'node:stream';
import { isObject, type JsonObject } from '../base/json';

/** What is longer than this many bytes isn't read: a line ends the stream there. */
export const longestLine = 1_000_000;

/**
 * Calls `line` for each line of a stream, and `end` once, when the stream ends, fails, or has a line that is too long.
 */
export function readLines(stream: Readable, line: (text: string) => void, end: () => void): void {
  let rest = '';
  const state = { ended: false };
  const stop = (): void => {
    if (state.ended) return;
    state.ended = true;
    end();
  };
  const take = (text: string): void => {
    if (state.ended) return;
    if (text.length > longestLine) stop();
    else if (text.trim() !== '') line(text);
  };
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) take(text);
    if (rest.length > longestLine) stop();
  });
  for (const event of ['end', 'close', 'error']) stream.on(event, stop);
}

/** A line as JSON, or `undefined` if it isn't an object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
