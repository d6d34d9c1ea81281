/** Something to give back: a timer, a listener, a watcher. Same shape as `vscode.Disposable`. */
export interface Disposable {
  dispose(): void;
}
