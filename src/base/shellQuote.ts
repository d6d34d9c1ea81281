/** The kinds of shell that quote differently. */
export type Shell = 'posix' | 'powershell' | 'cmd';

/** The kind of a shell by its executable, such as `vscode.env.shell`; the platform's usual one if that's empty. */
export function shellKind(executable: string, platform: NodeJS.Platform = process.platform): Shell {
  const name = executable.split(/[\\/]/).at(-1)?.toLowerCase() ?? '';
  if (/^(pwsh|powershell)(-preview)?(\.exe)?$/.test(name)) return 'powershell';
  if (/^cmd(\.exe)?$/.test(name)) return 'cmd';
  return name === '' && platform === 'win32' ? 'powershell' : 'posix';
}

/**
 * Quotes a text as one argument for someone to paste into a shell. For PowerShell, the text must not contain double
 * quotes: versions disagree on how to pass them to a program.
 */
export function quoteArgument(text: string, shell: Shell): string {
  if (/^[\w@+=:,./-]+$/.test(text) && !(shell === 'powershell' && /^[@,]|,/.test(text))) return text;
  switch (shell) {
    case 'posix':
      return `'${text.replaceAll("'", String.raw`'\''`)}'`;
    case 'powershell':
      // PowerShell takes typographic quotes for straight ones.
      return `'${text.replaceAll(/['\u2018-\u201b]/g, (quote) => quote + quote)}'`;
    case 'cmd':
      return quoteForCmd(text);
  }
}

/** Line breaks can't be quoted for cmd. A caret outside quotes also keeps a variable from being expanded. */
function quoteForCmd(text: string): string {
  const argument = `"${text.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
  return /["%]/.test(text) ? argument.replaceAll(/[()%!^"<>&|]/g, '^$&') : argument;
}
