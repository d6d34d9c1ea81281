import { quoteArgument, type Shell } from '../../base/shellQuote';
import { escapeTokens } from '../config/configText';
import { checkUser } from '../config/ownConfig';

/** What a command line for `ssh` is made of. */
export interface CommandLineParts {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A path; `ssh` expands a leading `~/` itself, so that it may be quoted. */
  readonly identityFile?: string;
}

/**
 * The `ssh` command that someone pastes into a shell of this kind. It needs nothing of ours.
 * @throws SshFileError (`bad-value`) for a user name that `ssh` could read as an option.
 */
export function sshCommandLine({ host, port, user, identityFile }: CommandLineParts, shell: Shell): string {
  const words = [
    'ssh',
    ...(identityFile === undefined ? [] : identityOption(identityFile)),
    ...(port === 22 ? [] : ['-p', String(port)]),
    `${checkUser(user)}@${host}`,
  ];
  return words.map((word) => quoteArgument(word, shell)).join(' ');
}

/** `-i` looks for the path as it is, then expands its tokens; `-o` only expands them. */
function identityOption(file: string): readonly string[] {
  if (!file.includes('%')) return ['-i', file];
  const value = escapeTokens(file);
  return ['-o', `IdentityFile=${/[\s'#]/.test(value) ? `"${value}"` : value}`];
}
