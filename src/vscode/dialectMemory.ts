import type * as vscode from 'vscode';
import type { DialectStore } from '../api/dialect';

const key = 'api.dialects';

/** Which dialect an origin was found to speak, kept for the next window. */
export function dialectMemory(memory: vscode.Memento): DialectStore {
  return {
    get: (origin) => {
      const kept = memory.get<Readonly<Record<string, unknown>>>(key)?.[origin];
      return kept === 'live' || kept === 'specified' ? kept : undefined;
    },
    set: (origin, dialect) => {
      void memory.update(key, { ...memory.get<Readonly<Record<string, unknown>>>(key), [origin]: dialect });
    },
  };
}
