/** Longer texts are cut before cleaning. No name, label, or message needs more. */
const longestInput = 100_000;
const longestMessage = 4_000;

/** Breaks of any kind, including U+0085, the line and paragraph separators, and the blank of Braille. */
const breaks = /[\p{Cc}\p{Zl}\p{Zp}\s\u2800]+/gu;
/** Invisible: bidirectional marks, zero-width characters, fillers, lone surrogates, private use. */
const invisible = /[\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

/** More marks on one letter than any script has, which would cover the lines above and below. */
const tower = /(\p{M}{5})\p{M}+/gu;

/**
 * A name or label from outside as plain text: one line, single spaces, no control, bidirectional, invisible or
 * format characters, at most `limit` characters (Unicode code points), with `…` as the last one if it was cut.
 * Applying it twice changes nothing.
 */
export function plainText(text: string, limit = 300): string {
  const visible = text.slice(0, longestInput).replace(invisible, '').replace(tower, '$1');
  return cut(visible.replace(breaks, ' ').trim(), limit);
}

/**
 * A whole message, ready to show. Line breaks stay. Each line is cleaned as by `plainText`, and nothing remains that
 * VS Code would turn into a link, a command, or an icon, or Markdown into code: `](` and `$(` are separated, and
 * backticks become apostrophes. At most 4,000 characters. Applying it twice changes nothing.
 */
export function messageText(text: string): string {
  const lines = text
    .slice(0, longestInput)
    .replace(invisible, '')
    .replace(tower, '$1')
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replace(breaks, ' ').trimEnd());
  const apart = lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .replace(/\](?=[([])/g, '] ')
    .replace(/\$(?=\()/g, '$ ')
    .replace(/<(?=[a-z][a-z\d+.-]*:)/gi, '< ')
    .replaceAll('`', "'");
  return cut(apart, longestMessage);
}

/**
 * A name for titles that VS Code also reads as Markdown or with icons, such as those of terminals: letters, digits,
 * spaces, and `.-_()` without `www.`, which leaves no link, image, icon, or code. At most `limit` characters; may be
 * empty.
 */
export function bareName(text: string, limit = 60): string {
  const bare = plainText(text, Infinity)
    .replace(/[^\p{L}\p{M}\p{N} .()_-]+/gu, ' ')
    .replace(/www\./gi, 'www ');
  return plainText(bare, limit);
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text);
  return characters.length > limit
    ? `${characters
        .slice(0, limit - 1)
        .join('')
        .trimEnd()}…`
    : text;
}
