/** A timer, listener, or watcher that must be ended. Same shape as `vscode.Disposable`. */
export interface Disposable {
  dispose(): void;
}
