import { badValue } from './fileErrors';

/** A line of a config file: its text, and its line end, which is empty for a last line without one. */
export interface ConfigLine {
  readonly text: string;
  readonly end: string;
}

export const byteOrderMark = '\uFEFF';

/** All of `text`, split into lines as `ssh` does (at `\n`). Joined again they are the same text. */
export function splitLines(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  for (const [whole] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const end = /\r?\n$/.exec(whole)?.[0] ?? '';
    lines.push({ text: whole.slice(0, whole.length - end.length), end });
  }
  return lines;
}

/** The line end that the first line uses. */
export function lineEnd(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** A line as `ssh` reads it. */
export interface ParsedLine {
  /** In lower case; never empty. */
  readonly keyword: string;
  readonly values: readonly string[];
}

/** Reads one line as `ssh` does, in linear time; `undefined` for a blank line or a comment. An unclosed quote runs to the end. */
export function parseLine(text: string): ParsedLine | undefined {
  const trimmed = trimLine(text);
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const found = /^(?:"([^"]*)"?|([^\s=]*))[ \t]*=?[ \t]*/.exec(trimmed);
  const keyword = (found?.[1] ?? found?.[2] ?? '').toLowerCase();
  return { keyword, values: splitValues(trimmed.slice(found?.[0].length ?? 0)) };
}

/** A pattern for blanks at the end would take quadratic time on a line of many blanks. */
function trimLine(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ' \t\r'.includes(text.charAt(start))) start++;
  while (end > start && ' \t\r\f'.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Splits values as OpenSSH's `argv_split` does, up to a comment. */
function splitValues(text: string): string[] {
  const values: string[] = [];
  let at = 0;
  for (;;) {
    while (text[at] === ' ' || text[at] === '\t') at++;
    if (at >= text.length || text[at] === '#') return values;
    let value = '';
    let quote = '';
    for (; at < text.length; at++) {
      const char = text.charAt(at);
      const next = text.charAt(at + 1);
      if (char === '\\' && next !== '' && (`'"\\`.includes(next) || (quote === '' && next === ' '))) {
        value += next;
        at++;
      } else if (quote === '' && (char === ' ' || char === '\t')) break;
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (quote !== '' && char === quote) quote = '';
      else value += char;
    }
    values.push(value);
  }
}

/** Whether a value needs double quotes. */
export function needsQuotes(value: string): boolean {
  return !/^[\w./~:@+,%?[\]-]+$/.test(value);
}

/**
 * Checks a path that is going to be written to a config file.
 * @throws SshFileError (`bad-value`) if a version of OpenSSH would read it as something else.
 */
export function checkPath(what: string, path: string): string {
  // OpenSSH versions disagree about quotes and backslashes; `${` is expanded from the environment.
  const odd = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}"\\]|\$\{/u.test(path) || path.trim() !== path || path === '';
  if (odd) throw badValue(what, path);
  return path;
}

/** A path for an `Include`, which expands wildcards, and since OpenSSH 9.9 `%` as well. */
export function quoteInclude(path: string): string {
  const pattern = checkPath('Include', path).replace(/[[*?]/g, '[$&]').replaceAll('%', '?');
  return needsQuotes(pattern) ? `"${pattern}"` : pattern;
}

/** A path for a directive that expands tokens (`IdentityFile`, `UserKnownHostsFile`): `%` is doubled. */
export function escapeTokens(path: string): string {
  return path.replaceAll('%', '%%');
}
