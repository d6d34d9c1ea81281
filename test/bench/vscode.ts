import { fakeVscode } from '../unit/fakeVscode';

/** As much of VS Code's API as the measured views use. */
export const {
  EventEmitter,
  TreeItem,
  TreeItemCollapsibleState,
  ThemeIcon,
  ThemeColor,
  MarkdownString,
  l10n,
} = fakeVscode;
export const { window, commands, env, Uri, StatusBarAlignment, CancellationError, Disposable } = fakeVscode;
