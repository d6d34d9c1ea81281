import * as l10n from '@vscode/l10n';

/** A key that `ssh` showed to the server, in its own words. */
export interface OfferedKey {
  /** The file, or the agent's comment. */
  readonly name: string;
  /** As `ssh` says it: `ED25519`, `RSA`, `ED25519-SK`. */
  readonly type: string;
  /** `SHA256:...`, unpadded base64, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
}

/** What is known of a host key that is not the one seen before. */
export interface ChangedHostKey {
  readonly type?: string;
  /** Of the key the server shows now. */
  readonly newFingerprint?: string;
  /** Of the key on file; missing where the line could not be read. */
  readonly knownFingerprint?: string;
  /** Where the known key stands; `line` counts from 1. */
  readonly file?: string;
  readonly line?: number;
}

/**
 * How far a connection got. `said` is what `ssh` or the server said, cut and cleaned, to be shown as plain text.
 * Only `ok` lets us in for sure; `locked-key` is no failure: the editor's own `ssh` can ask for the passphrase.
 */
export type SshOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'closed'; readonly said?: string }
  | { readonly kind: 'timeout'; readonly said?: string }
  | { readonly kind: 'unreachable'; readonly said?: string }
  | { readonly kind: 'not-ssh'; readonly said?: string }
  | { readonly kind: 'key-refused'; readonly offered: readonly OfferedKey[]; readonly said?: string }
  | { readonly kind: 'locked-key'; readonly key?: string; readonly said?: string }
  | { readonly kind: 'key-file-open'; readonly key?: string; readonly said?: string }
  | { readonly kind: 'host-key-changed'; readonly hostKey: ChangedHostKey; readonly said?: string }
  | { readonly kind: 'bad-config'; readonly file?: string; readonly line?: number; readonly said?: string }
  | { readonly kind: 'overridden'; readonly host: string; readonly port: number }
  | { readonly kind: 'no-ssh'; readonly said?: string }
  | { readonly kind: 'unknown'; readonly said?: string };

export type SshOutcomeKind = SshOutcome['kind'];

/** A text for an outcome: the code stays the same in all languages. */
export interface OutcomeText {
  readonly code: `ssh-${SshOutcomeKind}`;
  /** What happened and what it means. */
  readonly message: string;
  /** What to do. Empty for `ok`. */
  readonly nextStep: string;
}

/** Says an outcome of `name` (the instance's name, or the alias) in words. */
export function describeOutcome(outcome: SshOutcome, name: string): OutcomeText {
  return { code: `ssh-${outcome.kind}`, message: messageOf(outcome, name), nextStep: nextStepOf(outcome) };
}

function messageOf(outcome: SshOutcome, name: string): string {
  switch (outcome.kind) {
    case 'ok':
      return l10n.t('{0} is ready.', name);
    case 'closed':
      return l10n.t(
        'Nothing listens on the SSH port of {0} yet: the connection was refused or closed.',
        name,
      );
    case 'timeout':
      return l10n.t('{0} did not answer on its SSH port in time.', name);
    case 'unreachable':
      return l10n.t('There is no way from this computer to {0}: {1}', name, outcome.said ?? '?');
    case 'not-ssh':
      return l10n.t('Something answers on the SSH port of {0}, but it is not an SSH server.', name);
    case 'key-refused':
      return outcome.offered.length === 0
        ? l10n.t('{0} wants a key, and ssh had none to offer.', name)
        : l10n.t(
            '{0} refused the keys that were offered: {1}',
            name,
            outcome.offered.map(keyName).join(', '),
          );
    case 'locked-key':
      return l10n.t('{0} takes your key, but the key is locked or its agent did not sign.', name);
    case 'key-file-open':
      return l10n.t(
        'ssh does not use the key {0}: other people of this computer can read it.',
        outcome.key ?? '?',
      );
    case 'host-key-changed':
      return l10n.t(
        '{0} shows another host key than before (now {1}, before {2}). The machine was reinstalled, or somebody is in between.',
        name,
        outcome.hostKey.newFingerprint ?? '?',
        outcome.hostKey.knownFingerprint ?? '?',
      );
    case 'bad-config':
      return l10n.t('ssh refuses its configuration: {0}', outcome.said ?? '?');
    case 'overridden':
      return l10n.t(
        'ssh would go to {0}, port {1}, which is not where {2} is: something in your SSH configuration comes before our entry.',
        outcome.host,
        outcome.port,
        name,
      );
    case 'no-ssh':
      return l10n.t('No ssh program could be started on this computer.');
    case 'unknown':
      return l10n.t('ssh could not connect to {0}: {1}', name, outcome.said ?? '?');
  }
}

function nextStepOf(outcome: SshOutcome): string {
  switch (outcome.kind) {
    case 'ok':
      return '';
    case 'closed':
      return l10n.t(
        'A machine needs a minute or two after its start. Keep waiting, or restart it if this lasts.',
      );
    case 'timeout':
      return l10n.t('Keep waiting, or check that a firewall on your side lets this port through.');
    case 'unreachable':
      return l10n.t('Check your network connection or VPN, then try again.');
    case 'not-ssh':
      return l10n.t('Refresh to get the current address and port, then check which port leads to port 22.');
    case 'key-refused':
      return l10n.t('Choose the key that was given when the instance was created.');
    case 'locked-key':
      return l10n.t(
        'Open anyway and enter the passphrase or touch the token when asked, or add the key to your agent.',
      );
    case 'key-file-open':
      return l10n.t('Let only yourself read the file (chmod 600), then try again.');
    case 'host-key-changed':
      return l10n.t('If you reinstalled the machine, accept the new key. If not, do not connect.');
    case 'bad-config':
      return l10n.t('Correct the place that ssh names, then try again.');
    case 'overridden':
      return l10n.t('Put our Include line back at the top of your SSH configuration, then try again.');
    case 'no-ssh':
      return l10n.t('Install an OpenSSH client, or set "remote.SSH.path" to yours.');
    case 'unknown':
      return l10n.t('Look into the log for all that ssh said, or open anyway.');
  }
}

function keyName(key: OfferedKey): string {
  return `${key.name} (${key.type} ${key.fingerprint})`;
}
