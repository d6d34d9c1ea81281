import type * as vscode from 'vscode';
import type { Forms } from './forms';
import type { FormParts } from './parts';

/** The forms. Their code is loaded when the first one is opened or restored. */
export class LazyForms {
  private loaded: Promise<Forms> | undefined;

  constructor(private readonly parts: FormParts) {}

  /** See `Forms.openCreate`. */
  async openCreate(...options: Parameters<Forms['openCreate']>): Promise<void> {
    (await this.load()).openCreate(...options);
  }

  /** See `Forms.openModify`. */
  async openModify(instanceId: string): Promise<void> {
    (await this.load()).openModify(instanceId);
  }

  /** See `Forms.restore`. */
  async restore(viewType: string, panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    (await this.load()).restore(viewType, panel, state);
  }

  /** See `Forms.settingsChanged`. */
  settingsChanged(): void {
    void this.loaded?.then((forms) => forms.settingsChanged());
  }

  async dispose(): Promise<void> {
    (await this.loaded)?.dispose();
  }

  private load(): Promise<Forms> {
    this.loaded ??= import('./forms').then(({ Forms: Loaded }) => new Loaded(this.parts));
    return this.loaded;
  }
}
