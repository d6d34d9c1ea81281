import * as vscode from 'vscode';
import { readArrangement, type Arrangement } from './arrangement';

const key = 'view.arrangement';

/** How the rows are shown. Stored for the next window, except for the filter. */
export interface ArrangementMemory {
  get(): Arrangement;
  set(next: Arrangement): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

export function storedArrangement(memory: vscode.Memento): ArrangementMemory {
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
