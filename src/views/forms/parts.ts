import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { plainText } from '../../base/text';
import type { Operations, RunningOperation } from '../../instances/operations/operations';
import type { InstanceStore } from '../../instances/store';
import type { TrackRecord } from '../../instances/trackRecord';
import type { PersonKeys } from '../../vscode/localKeys';
import type { Settings } from '../../vscode/settings';
import type { SshSetup } from '../../vscode/sshSetup';

/** The parts of the extension that the forms use. */
export interface FormParts {
  /** The folder with `dist`. */
  readonly extensionUri: vscode.Uri;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
  readonly settings: Settings;
  readonly store: InstanceStore;
  readonly operations: Operations;
  /** The account's name, if several are signed in. */
  readonly accountName: () => string | undefined;
  /** What was seen at each location. */
  readonly trackRecord: Pick<TrackRecord, 'hints' | 'noteSsh' | 'onDidChange'>;
  readonly ssh: Pick<SshSetup, 'choose'>;
  readonly keys: PersonKeys;
  /** Operations that a form began, whose end it reports itself. */
  readonly reportedByForm: WeakSet<RunningOperation>;
  /** Storage for presets. */
  readonly memory: vscode.Memento;
}

/** The title of a form, with its account if several are signed in. */
export function formTitle(title: string, { accountName }: Pick<FormParts, 'accountName'>): string {
  return [title, accountName()]
    .flatMap((text) => (text === undefined ? [] : plainText(text, 80)))
    .join(' · ');
}
