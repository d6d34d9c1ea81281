import type { Logger } from '../../base/logger';
import type { GenericSchema } from 'valibot';
import * as vscode from 'vscode';
import { pageHtml, webviewFolder, type PageName } from './html';
import { received } from './received';

/** An editor tab with one of our pages. Its messages are checked before they're handled. */
export class PagePanel<In, Out> implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[] = [];
  private readonly ended = new AbortController();

  constructor(
    private readonly panel: vscode.WebviewPanel,
    page: PageName,
    extensionUri: vscode.Uri,
    schema: GenericSchema<unknown, In>,
    log: Logger,
    handlers: {
      readonly receive: (message: In) => void;
      readonly visible: (visible: boolean) => void;
      readonly closed: () => void;
    },
  ) {
    panel.webview.options = { enableScripts: true, localResourceRoots: [webviewFolder(extensionUri)] };
    this.disposables.push(
      panel.webview.onDidReceiveMessage(received(page, schema, log, handlers.receive)),
      panel.onDidChangeViewState(() => handlers.visible(panel.visible)),
      panel.onDidDispose(() => {
        this.ended.abort();
        handlers.visible(false);
        handlers.closed();
        this.dispose();
      }),
    );
    panel.webview.html = pageHtml(panel.webview, extensionUri, page);
    handlers.visible(panel.visible);
  }

  /** Aborted when the page is closed. */
  get closed(): AbortSignal {
    return this.ended.signal;
  }

  get isVisible(): boolean {
    return !this.closed.aborted && this.panel.visible;
  }

  post(message: Out): void {
    if (!this.closed.aborted) void this.panel.webview.postMessage(message);
  }

  setTitle(title: string): void {
    if (!this.closed.aborted) this.panel.title = title;
  }

  reveal(): void {
    if (!this.closed.aborted) this.panel.reveal();
  }

  /** Stops listening. The tab itself stays open, because VS Code restores it after a reload. */
  dispose(): void {
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }
}
