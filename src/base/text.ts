/** Longer texts are cut before they are cleaned: no name, label or message needs as much. */
const longestInput = 100_000;
const longestMessage = 4_000;

/** Breaks of any kind; also U+0085 and the line and paragraph separators. */
const breaks = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
/** Invisible: bidirectional marks, zero-width characters, fillers, lone surrogates, private use. */
const invisible = /[\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A name or label from outside as plain text: one line, single spaces, no control, bidirectional, invisible or
 * format characters, at most `limit` characters (Unicode code points), the last one `…` where it was cut.
 * Applying it twice changes nothing.
 */
export function plainText(text: string, limit = 300): string {
  const visible = text.slice(0, longestInput).replace(invisible, '');
  return cut(visible.replace(breaks, ' ').trim(), limit);
}

/**
 * A whole message that is about to be shown. Line breaks stay; beyond what `plainText` takes out of each line,
 * nothing is left that VS Code would turn into a link, a command or an icon, or Markdown into code: `](` and `$(`
 * are pulled apart, backticks become apostrophes. At most 4,000 characters. Applying it twice changes nothing.
 */
export function messageText(text: string): string {
  const lines = text
    .slice(0, longestInput)
    .replace(invisible, '')
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
