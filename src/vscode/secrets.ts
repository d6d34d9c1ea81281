import type * as vscode from 'vscode';
import type { SecretStore } from '../instances/secretStore';

/** VS Code's SecretStorage as the accounts use it. */
export function secretStore(storage: vscode.SecretStorage): SecretStore {
  return {
    get: async (key) => storage.get(key),
    store: async (key, value) => storage.store(key, value),
    delete: async (key) => storage.delete(key),
    onDidChange: (listener) => storage.onDidChange((event) => listener(event.key)),
  };
}
