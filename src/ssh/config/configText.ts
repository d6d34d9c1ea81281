import { badValue } from './fileErrors';

/** A line of a config file: `text` without, `end` with nothing but its line end (empty on an unfinished last line). */
export interface ConfigLine {
  readonly text: string;
  readonly end: string;
}

export const byteOrderMark = '\uFEFF';

/** All of `text`, cut into lines as `ssh` does (at `\n`); put together they are the same text. */
export function splitLines(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  for (const [whole] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const end = /\r?\n$/.exec(whole)?.[0] ?? '';
    lines.push({ text: whole.slice(0, whole.length - end.length), end });
  }
  return lines;
}

/** The line end in use: that of the first line. */
export function lineEnd(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** What `ssh` reads in a line. */
export interface ParsedLine {
  /** In lower case; never empty. */
  readonly keyword: string;
  readonly values: readonly string[];
}

/** Reads one line as `ssh` does; nothing for a blank one or a comment. Odd quotes are read to the end. */
export function parseLine(text: string): ParsedLine | undefined {
  const trimmed = text.replace(/^[ \t\r]+|[ \t\r\f]+$/g, '');
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const found = /^(?:"([^"]*)"?|([^\s=]*))[ \t]*=?[ \t]*/.exec(trimmed);
  const keyword = (found?.[1] ?? found?.[2] ?? '').toLowerCase();
  return { keyword, values: splitValues(trimmed.slice(found?.[0].length ?? 0)) };
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

/** Whether a value has to stand in double quotes. */
export function needsQuotes(value: string): boolean {
  return !/^[\w./~:@+,%?[\]-]+$/.test(value);
}

/**
 * Checks a path that will stand in a config file, quoted where need be.
 * @throws SshFileError (`bad-value`) where OpenSSH, or one of its readers, would take it for something else.
 */
export function checkPath(what: string, path: string): string {
  // Quotes and backslashes are read in three ways by three versions; `${` is the environment's.
  const odd = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}"\\]|\$\{/u.test(path) || path.trim() !== path || path === '';
  if (odd) throw badValue(what, path);
  return path;
}

/** Our own file's path for an `Include`, which reads wildcards, and since OpenSSH 9.9 `%` too. */
export function quoteInclude(path: string): string {
  const pattern = checkPath('Include', path).replace(/[[*?]/g, '[$&]').replaceAll('%', '?');
  return needsQuotes(pattern) ? `"${pattern}"` : pattern;
}

/** A path where tokens are read (`IdentityFile`, `UserKnownHostsFile`): `%` stands doubled. */
export function escapeTokens(path: string): string {
  return path.replaceAll('%', '%%');
}
