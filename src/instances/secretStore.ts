import type { Disposable } from '../base/disposable';

/** VS Code's SecretStorage: it may fail or forget (Linux without a keyring). */
export interface SecretStore {
  get(key: string): Promise<string | undefined>;
  store(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** The key that was changed, in this window or another. */
  onDidChange(listener: (key: string) => void): Disposable;
}
