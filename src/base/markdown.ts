/**
 * Text from outside as Markdown that shows it as it is: everything that Markdown gives a meaning is escaped (markup,
 * addresses that become links, HTML, math, icons).
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>|&~@#$(){}!+-]|:(?=\/\/)|(?<=www)\.|(?<=^\s*\d+)\./gi, (sign) => `\\${sign}`);
}
