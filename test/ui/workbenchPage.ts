import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { projectRoot } from '../workbench/install';
import { commandTitle } from './commandTitle';

/** A row of a tree, as a person sees it. */
export interface TreeRow {
  readonly name: string;
  readonly description: string;
  readonly level: number;
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
}

/** A window of VS Code: what a person does in it and sees in it. */
export class WorkbenchPage {
  constructor(readonly page: Page) {}

  /** The visible view's rows. */
  readonly rows: Locator = this.inSidebar('[role="treeitem"]');
  readonly notifications: Locator = this.page.locator('.notification-list-item');
  /** A modal question. */
  readonly dialog: Locator = this.page.locator('.monaco-dialog-box');
  readonly quickInput: Locator = this.page.locator('.quick-input-widget:not([style*="display: none"])');
  readonly statusBar: Locator = this.page.locator('.part.statusbar .statusbar-item');
  readonly menu: Locator = this.page.locator('.monaco-menu');

  /** Resolves when the window can be used. */
  async ready(): Promise<void> {
    await this.page.locator('.part.statusbar').waitFor({ timeout: 90_000 });
    await this.page.locator('.part.activitybar').waitFor();
  }

  /** Shows a view container of the activity bar by its title. */
  async openView(title: string): Promise<void> {
    const tab = this.page.locator('.part.activitybar [role="tab"]').filter({ has: this.actionLabel(title) });
    await tab.waitFor({ timeout: 60_000 });
    if ((await tab.getAttribute('aria-selected')) === 'true') return;
    await this.actionLabel(title).click();
    await this.page.locator('.part.sidebar .composite.title', { hasText: new RegExp(title, 'i') }).waitFor();
  }

  /** Runs a command from the palette, by its title there (`TensorDock: Refresh`) or by its id in the manifest. */
  async runCommand(titleOrId: string): Promise<void> {
    const title = commandTitle(titleOrId);
    await this.page.keyboard.press('F1');
    const input = this.quickInput.locator('input').first();
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.quickInput
      .locator(`[role="option"] [title="${title}"], .quick-input-list [aria-label^="${title}"]`)
      .first()
      .click();
  }

  /** Types into the open input box or pick. */
  async fill(text: string): Promise<void> {
    const input = this.quickInput.locator('input:visible').first();
    await input.waitFor();
    await input.fill(text);
  }

  async accept(): Promise<void> {
    await this.page.keyboard.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
  }

  /** Takes the item of the open quick pick whose label holds `text`. */
  async pick(text: string): Promise<void> {
    await this.quickInput
      .locator('.quick-input-list [role="option"], .quick-input-list .monaco-list-row')
      .filter({ hasText: text })
      .first()
      .click();
  }

  /** Presses a button of the open modal question. */
  async answerDialog(button: string): Promise<void> {
    await this.dialog.locator('.monaco-button', { hasText: button }).first().click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  /** Presses a button of the notification that holds `text`. */
  async answerNotification(text: string, button: string): Promise<void> {
    await this.notification(text).locator('.monaco-button', { hasText: button }).first().click();
  }

  notification(text: string): Locator {
    return this.notifications.filter({ hasText: text });
  }

  statusBarItem(text: string): Locator {
    return this.statusBar.filter({ hasText: text });
  }

  /** The row whose name or description holds `text`. */
  row(text: string): Locator {
    return this.rows.filter({ hasText: text }).first();
  }

  /** All rows of the visible view. */
  async treeRows(): Promise<readonly TreeRow[]> {
    return this.rows.evaluateAll((rows) =>
      rows.map((row) => ({
        name: row.querySelector('.label-name')?.textContent ?? row.textContent,
        description: row.querySelector('.label-description')?.textContent ?? '',
        level: Number(row.getAttribute('aria-level')),
        expanded: row.hasAttribute('aria-expanded')
          ? row.getAttribute('aria-expanded') === 'true'
          : undefined,
        selected: row.getAttribute('aria-selected') === 'true',
      })),
    );
  }

  /** Takes an item of a row's context menu. */
  async contextMenu(row: string, item: string): Promise<void> {
    await this.row(row).click({ button: 'right' });
    await this.menu.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** The titles in a row's context menu, which is closed again. */
  async contextMenuItems(row: string): Promise<readonly string[]> {
    await this.row(row).click({ button: 'right' });
    await this.menu.first().waitFor();
    const items = await this.menu.locator('.action-menu-item .action-label').allTextContents();
    await this.cancel();
    await this.menu.first().waitFor({ state: 'hidden' });
    return items.filter(Boolean);
  }

  /** Presses an icon that shows on a row under the pointer. */
  async inlineAction(row: string, title: string): Promise<void> {
    await this.row(row).hover();
    await this.row(row).locator(`.actions [aria-label="${title}"]`).click();
  }

  /** The content of the visible webview editor. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  }

  /** Loads the window again, as F5 does in a browser. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Writes `test-output/screenshots/NAME.png`. */
  async screenshot(name: string): Promise<string> {
    const folder = path.join(projectRoot, 'test-output/screenshots');
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  private inSidebar(selector: string): Locator {
    return this.page.locator(`.part.sidebar ${selector}`);
  }

  private actionLabel(title: string): Locator {
    return this.page.locator(`.part.activitybar .action-label[aria-label^="${title}"]`);
  }
}
