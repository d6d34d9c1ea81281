import { watch, type WatchEventType } from 'node:fs';
import type { Disposable } from './disposable';
import { makePrivateFolder } from './lock';
import type { Logger } from './logger';

/** Which changes in a folder count, and what is called. */
export interface FolderWatch {
  readonly log: Logger;
  /** What log lines begin with. */
  readonly label: string;
  /** `name`: of the file; `null` if the system doesn't say. */
  readonly isRelevant: (event: WatchEventType, name: string | null) => boolean;
  readonly listener: () => void;
}

/**
 * Calls back when something relevant in a folder may have changed, and once when the watch begins, as it may have
 * changed before. The folder is created if it's missing. If it can't be watched, that is logged.
 */
export function watchFolder(folder: string, { log, label, isRelevant, listener }: FolderWatch): Disposable {
  const closed = new AbortController();
  void makePrivateFolder(folder)
    .then(() => {
      if (closed.signal.aborted) return;
      const watcher = watch(folder, { persistent: false, signal: closed.signal }, (event, name) => {
        if (isRelevant(event, name)) listener();
      });
      watcher.on('error', (error) => log.warn(`${label}: not watched: ${error.message}`));
      listener();
    })
    .catch((error: unknown) => log.warn(`${label}: not watched: ${String(error)}`));
  return { dispose: () => closed.abort() };
}
