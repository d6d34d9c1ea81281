import type * as vscode from 'vscode';
import type { CostsPage, CostsPageParts } from './costsPage';

/** The costs page. Its code is loaded when it's opened or restored. */
export class LazyCostsPage {
  private loaded: Promise<CostsPage> | undefined;

  constructor(private readonly parts: CostsPageParts) {}

  /** See `CostsPage.open`. */
  async open(): Promise<void> {
    (await this.load()).open();
  }

  /** See `CostsPage.restore`. */
  async restore(panel: vscode.WebviewPanel): Promise<void> {
    (await this.load()).restore(panel);
  }

  async dispose(): Promise<void> {
    (await this.loaded)?.dispose();
  }

  private load(): Promise<CostsPage> {
    this.loaded ??= import('./costsPage').then(({ CostsPage: Loaded }) => new Loaded(this.parts));
    return this.loaded;
  }
}
