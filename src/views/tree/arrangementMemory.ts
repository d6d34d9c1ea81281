import * as vscode from 'vscode';
import { readArrangement, type Arrangement } from './arrangement';

const key = 'view.arrangement';

/** How the rows are shown, kept for the next window; the filter is for this window alone. */
export interface ArrangementMemory {
  get(): Arrangement;
  set(next: Arrangement): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

export function keptArrangement(memory: vscode.Memento): ArrangementMemory {
  const changes = new vscode.EventEmitter<void>();
  let current = readArrangement(memory.get(key));
  return {
    get: () => current,
    set: async (next) => {
      current = next;
      changes.fire();
      await memory.update(key, { ...next, filter: '' });
    },
    onDidChange: changes.event,
  };
}
