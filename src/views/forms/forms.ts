import type { Disposable } from '../../base/disposable';
import { plainText } from '../../base/text';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { CatalogFeed } from './catalogFeed';
import { CloudInitEditors } from './cloudInitEditors';
import { CreatePanel, type CreatePanelParts, type CreateStart } from './createPanel';
import { webviewFolder } from '../pages/html';
import { ModifyPanel } from './modifyPanel';
import { currentInstances, onDidSignIn } from './instances';
import { formTitle, type FormParts } from './parts';
import { draftElsewhere, draftLike, draftWithGpu, Presets, type GpuChoice } from './presets';

export const createViewType = 'tensordock.create';
export const modifyViewType = 'tensordock.modify';

/** What a modify form saves to find its instance again after a reload. */
const savedSchema = v.object({ instanceId: v.string() });

/** Opens both forms and restores them when the window reloads. */
export class Forms implements Disposable {
  private readonly feed: CatalogFeed;
  private readonly editors = new CloudInitEditors();
  private readonly presets: Presets;
  private readonly signIns: Disposable;
  private readonly creates = new Set<CreatePanel>();
  private readonly modifies = new Map<string, ModifyPanel>();

  constructor(private readonly parts: FormParts) {
    this.feed = new CatalogFeed(() => parts.store.api, parts.clock, parts.log);
    this.presets = new Presets(parts.memory);
    this.signIns = onDidSignIn(parts.store, () => this.feed.invalidate());
  }

  /** Restores a panel that VS Code kept over a window reload. */
  restore(viewType: string, panel: vscode.WebviewPanel, state: unknown): void {
    const saved = v.safeParse(savedSchema, state);
    if (viewType === createViewType)
      this.adoptCreate(panel, { draft: this.presets.last(), isRestored: true });
    else if (saved.success) this.adoptModify(panel, saved.output.instanceId);
    else panel.dispose();
  }

  /**
   * Opens the create form, or shows the account's open one. `like`: opens a new form for an instance like that one,
   * with `elsewhere` at any location that has room. Throws if that instance isn't in the list. `gpu`: opens a new form for that GPU.
   */
  openCreate(
    options: { readonly like?: string; readonly elsewhere?: boolean; readonly gpu?: GpuChoice } = {},
  ): void {
    const { like, elsewhere = false, gpu } = options;
    if (gpu) {
      this.newCreate({ draft: draftWithGpu(gpu, this.presets.last()) });
      return;
    }
    if (like === undefined) {
      const open = [...this.creates].find((panel) => panel.isUsable);
      if (open) open.reveal();
      else this.newCreate({ draft: this.presets.last() });
      return;
    }
    const instance = currentInstances(this.parts.store).find(({ id }) => id === like);
    if (!instance) throw new Error(vscode.l10n.t('This instance is no longer in your list.'));
    const draft = elsewhere ? draftElsewhere : draftLike;
    this.newCreate({ draft: draft(instance, this.presets.last()) });
  }

  /** Opens the modify form of an instance, or shows the open one. */
  openModify(instanceId: string): void {
    const open = this.modifies.get(instanceId);
    if (open) {
      open.reveal();
      return;
    }
    const name = currentInstances(this.parts.store).find(({ id }) => id === instanceId)?.name ?? instanceId;
    const title = vscode.l10n.t('Modify {0}', plainText(name, 60));
    this.adoptModify(this.newPanel(modifyViewType, title), instanceId);
  }

  /** Sends `tensordock.images` to open forms after it changed. */
  settingsChanged(): void {
    for (const panel of this.creates) panel.update();
  }

  dispose(): void {
    this.signIns.dispose();
    for (const panel of [...this.creates, ...this.modifies.values()]) panel.dispose();
    this.feed.dispose();
    this.editors.dispose();
  }

  private newCreate(start: CreateStart): void {
    this.adoptCreate(this.newPanel(createViewType, vscode.l10n.t('Create an Instance')), start);
  }

  private adoptCreate(panel: vscode.WebviewPanel, start: CreateStart): void {
    const parts: CreatePanelParts = {
      ...this.parts,
      feed: this.feed,
      presets: this.presets,
      editors: this.editors,
      reopen: (each) => this.newCreate(each),
      closed: (closed) => this.creates.delete(closed),
    };
    this.creates.add(new CreatePanel(panel, parts, start));
  }

  private adoptModify(panel: vscode.WebviewPanel, instanceId: string): void {
    const closed = (): void => void this.modifies.delete(instanceId);
    this.modifies.set(instanceId, new ModifyPanel(panel, this.parts, this.feed, instanceId, closed));
  }

  private newPanel(viewType: string, title: string): vscode.WebviewPanel {
    return vscode.window.createWebviewPanel(
      viewType,
      formTitle(title, this.parts),
      vscode.ViewColumn.Active,
      {
        enableScripts: true,
        localResourceRoots: [webviewFolder(this.parts.extensionUri)],
      },
    );
  }
}
