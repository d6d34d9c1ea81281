/** Placeholder until `src/base/text` has it: a text in which VS Code finds no link, icon or control character. */
export function messageText(text: string): string {
  return text
    .slice(0, 5_000)
    .replace(/[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, '')
    .replace(/\](?=\s*\()/g, '] ')
    .replace(/\$(?=\()/g, '$ ');
}
