import * as vscode from 'vscode';
import type { SharedFileEvents } from '../../base/sharedFile';
import { showWarning } from '../../vscode/messages';

/** What a shared file holds, as a person knows it. */
export type FileContents =
  'instances' | 'locations' | 'operations' | 'accounts' | 'costs' | 'schedules' | 'watches' | 'reminders';

/** Notifies of a damaged file whose contents are lost, and once per window that nothing can be saved. */
export function fileNotices(): (contents: FileContents) => SharedFileEvents {
  let reportedUnwritable = false;
  return (contents) => ({
    onDamaged: (keptAs) => {
      const loss = lossOf(contents);
      if (loss !== undefined) showWarning(vscode.l10n.t('{0} The damaged file is {1}.', loss, keptAs));
    },
    onUnwritable: () => {
      if (reportedUnwritable) return;
      reportedUnwritable = true;
      showWarning(
        vscode.l10n.t(
          'VS Code’s data folder for TensorDock can’t be written. Costs, scheduled stops, and other data are kept in this window only and are lost when it closes. Check the folder’s permissions and free space.',
        ),
      );
    },
  });
}

/** `undefined` if nothing is lost that a person asked for. */
function lossOf(contents: FileContents): string | undefined {
  switch (contents) {
    case 'instances':
    case 'operations':
    case 'locations':
      // TensorDock lists instances again, what was seen at locations is only a hint, and a damaged operation is kept as it is.
      return undefined;
    case 'accounts':
      return vscode.l10n.t(
        'The list of known accounts was damaged and couldn’t be read. If you sign in with a new token, scheduled stops and costs may not continue.',
      );
    case 'costs':
      return vscode.l10n.t('The recorded costs were damaged and couldn’t be read. Recording starts over.');
    case 'schedules':
      return vscode.l10n.t(
        'The scheduled stops were damaged and couldn’t be read. Nothing will be stopped until you schedule it again.',
      );
    case 'watches':
      return vscode.l10n.t(
        'The list of GPU models you’re waiting for was damaged and couldn’t be read. Add them again.',
      );
    case 'reminders':
      return vscode.l10n.t('The saved reminders were damaged and couldn’t be read. Some may appear again.');
  }
}
