import * as l10n from '@vscode/l10n';

/** A key that `ssh` offered to the server, as `ssh` describes it. */
export interface OfferedKey {
  /** The file, or the agent's comment. */
  readonly name: string;
  /** `ED25519`, `RSA`, `ED25519-SK`, ... */
  readonly type: string;
  /** `SHA256:...`, unpadded base64, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
}

/** A host key that isn't the one on record. Both fingerprints come from the keys themselves, not from messages. */
export interface ChangedHostKey {
  /** Of the key that the server proved to have. */
  readonly type: string;
  readonly newFingerprint: string;
  /** Of the key on record. */
  readonly knownFingerprint: string;
  /** Where the known key is on record; `line` counts from 1. */
  readonly file: string;
  readonly line: number;
}

/**
 * How far a connection got. `said` is what `ssh` or the server wrote, shortened and cleaned, to be shown as plain
 * text. Only `ok` is a login; after `locked-key` the editor's own `ssh` can still ask for the passphrase.
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
  | { readonly kind: 'host-key-not-recorded'; readonly file?: string; readonly said?: string }
  | { readonly kind: 'bad-config'; readonly file?: string; readonly line?: number; readonly said?: string }
  | { readonly kind: 'overridden'; readonly host: string; readonly port: number }
  | { readonly kind: 'no-ssh'; readonly said?: string }
  | { readonly kind: 'unknown'; readonly said?: string };

export type SshOutcomeKind = SshOutcome['kind'];

/** A text for an outcome. The code is the same in all languages. */
export interface OutcomeText {
  readonly code: `ssh-${SshOutcomeKind}`;
  /** What happened. */
  readonly message: string;
  /** What to do. Empty for `ok`. */
  readonly nextStep: string;
}

/** Describes an outcome; `name` is the instance's name or its alias. */
export function describeOutcome(outcome: SshOutcome, name: string): OutcomeText {
  return { code: `ssh-${outcome.kind}`, message: messageOf(outcome, name), nextStep: nextStepOf(outcome) };
}

function messageOf(outcome: SshOutcome, name: string): string {
  switch (outcome.kind) {
    case 'ok':
      return l10n.t('{0} is ready.', name);
    case 'closed':
      return l10n.t('{0} isn’t accepting SSH connections yet.', name);
    case 'timeout':
      return l10n.t('{0} didn’t respond to SSH in time.', name);
    case 'unreachable':
      return l10n.t('This computer can’t reach {0}: {1}', name, saidBy(outcome));
    case 'not-ssh':
      return l10n.t('The SSH port of {0} is answered by something that isn’t an SSH server.', name);
    case 'key-refused':
      return outcome.offered.length === 0
        ? l10n.t('{0} asks for an SSH key, but ssh has none to offer.', name)
        : l10n.t('{0} didn’t accept these keys: {1}', name, outcome.offered.map(keyName).join(', '));
    case 'locked-key':
      return l10n.t(
        '{0} accepts your key, but the key is locked or the SSH agent didn’t sign with it.',
        name,
      );
    case 'key-file-open':
      return l10n.t('ssh won’t use the key {0} because its permissions are too open.', outcome.key ?? '?');
    case 'host-key-changed':
      return l10n.t(
        'The host key of {0} has changed from {1} to {2}. The instance may have been reinstalled, or someone may be intercepting the connection.',
        name,
        outcome.hostKey.knownFingerprint,
        outcome.hostKey.newFingerprint,
      );
    case 'host-key-not-recorded':
      return l10n.t('The host key of {0} couldn’t be saved in {1}.', name, outcome.file ?? '?');
    case 'bad-config':
      return l10n.t('ssh reports an error in its configuration: {0}', saidBy(outcome));
    case 'overridden':
      return l10n.t(
        'ssh would connect to {0}, port {1}, which isn’t the address of {2}. Something in your SSH configuration comes before our entry.',
        outcome.host,
        outcome.port,
        name,
      );
    case 'no-ssh':
      return l10n.t('No ssh program could be started on this computer.');
    case 'unknown':
      return l10n.t('ssh couldn’t connect to {0}: {1}', name, saidBy(outcome));
  }
}

function nextStepOf(outcome: SshOutcome): string {
  switch (outcome.kind) {
    case 'ok':
      return '';
    case 'closed':
      return l10n.t(
        'An instance needs a minute or two after it starts. Try again, or restart it if this continues.',
      );
    case 'timeout':
      return l10n.t('Try again, and check that no firewall on your side blocks this port.');
    case 'unreachable':
      return l10n.t('Check your network connection or VPN, then try again.');
    case 'not-ssh':
      return l10n.t(
        'Refresh to get the current address, then check which public port is forwarded to port 22.',
      );
    case 'key-refused':
      return l10n.t('Select the key that was set when the instance was created.');
    case 'locked-key':
      return l10n.t(
        'Open it anyway and enter the passphrase or touch the security key when asked, or add the key to your SSH agent.',
      );
    case 'key-file-open':
      return l10n.t('Make the file readable only by you (chmod 600), then try again.');
    case 'host-key-changed':
      return l10n.t('If you reinstalled the instance, accept the new key. Otherwise, don’t connect.');
    case 'host-key-not-recorded':
      return l10n.t(
        'Check that the file and its folder are writable. Until then, a different server wouldn’t be noticed.',
      );
    case 'bad-config':
      return l10n.t('Fix the line that ssh names, then try again.');
    case 'overridden':
      return l10n.t('Move our Include line back to the top of your SSH configuration, then try again.');
    case 'no-ssh':
      return l10n.t('Install an OpenSSH client, or set "remote.SSH.path" to yours.');
    case 'unknown':
      return l10n.t('See the log for details, or open it anyway.');
  }
}

function saidBy(outcome: { readonly said?: string }): string {
  return outcome.said ?? l10n.t('no reason given');
}

function keyName(key: OfferedKey): string {
  return `${key.name} (${key.type} ${key.fingerprint})`;
}
