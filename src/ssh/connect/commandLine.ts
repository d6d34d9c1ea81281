import { quoteArgument, type Shell } from '../../base/shellQuote';

/** What a command line for `ssh` is made of. */
export interface CommandLineParts {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A path; `ssh` expands a leading `~/` itself, so that it may be quoted. */
  readonly identityFile?: string;
}

/** The `ssh` command that someone pastes into a shell of this kind. It needs nothing of ours. */
export function sshCommandLine({ host, port, user, identityFile }: CommandLineParts, shell: Shell): string {
  const words = [
    'ssh',
    ...(identityFile === undefined ? [] : ['-i', identityFile]),
    ...(port === 22 ? [] : ['-p', String(port)]),
    `${user}@${host}`,
  ];
  return words.map((word) => quoteArgument(word, shell)).join(' ');
}
