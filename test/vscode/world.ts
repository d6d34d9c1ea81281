import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { parseWorld, worldVariable, type SuiteWorld } from './results';

let read: SuiteWorld | undefined;

/** Where the simulator is, the token, the temporary folders. */
export function suiteWorld(): SuiteWorld {
  read ??= parseWorld(readFileSync(process.env[worldVariable] ?? '', 'utf8'));
  return read;
}

/** The extension under test, not activated yet. */
export function extensionUnderTest(): vscode.Extension<unknown> {
  const extension = vscode.extensions.getExtension(suiteWorld().extensionId);
  if (!extension) throw new Error('The extension under test is not installed');
  return extension;
}

/** Resolves when `check` returns something other than undefined or false; asks again on a short interval. */
export async function eventually<T>(
  check: () => T | undefined | false | PromiseLike<T | undefined | false>,
  within = 20_000,
): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Not within ${within / 1000} s: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
