import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import * as v from 'valibot';
import { projectRoot } from '../workbench/install';
import { commandTitle, menuTitle } from './commandTitle';

const treeRows = v.array(
  v.object({
    name: v.string(),
    description: v.string(),
    level: v.number(),
    expanded: v.nullable(v.boolean()),
    selected: v.boolean(),
  }),
);

/** A row of a tree, as a person sees it; `expanded` is null where there is nothing below it. */
export type TreeRow = v.InferOutput<typeof treeRows>[number];

/** Runs in the page in one step, so that no redraw comes between two rows. */
const readRows = `[...document.querySelectorAll('.part.sidebar [role="treeitem"]')].map((row) => ({
  name: (row.querySelector('.label-name') ?? row).textContent,
  description: row.querySelector('.label-description')?.textContent ?? '',
  level: Number(row.getAttribute('aria-level')),
  expanded: row.hasAttribute('aria-expanded') ? row.getAttribute('aria-expanded') === 'true' : null,
  selected: row.getAttribute('aria-selected') === 'true',
}))`;

/** The name of a theme in the palette, and its class in the page. */
const colorThemes = {
  dark: { label: 'Dark Modern', className: 'vs-dark' },
  light: { label: 'Light Modern', className: 'vs' },
  'high-contrast': { label: 'Dark High Contrast', className: 'hc-black' },
  'high-contrast-light': { label: 'Light High Contrast', className: 'hc-light' },
} as const;

export type ColorTheme = keyof typeof colorThemes;

/** A window of VS Code: what a person does in it and sees in it. */
export class WorkbenchPage {
  /** The visible view's rows. */
  readonly rows: Locator;
  readonly notifications: Locator;
  /** A modal question. */
  readonly dialog: Locator;
  readonly quickInput: Locator;
  readonly statusBar: Locator;
  readonly menu: Locator;

  constructor(readonly page: Page) {
    this.rows = page.locator('.part.sidebar [role="treeitem"]');
    this.notifications = page.locator('.notification-list-item');
    this.dialog = page.locator('.monaco-dialog-box');
    this.quickInput = page.locator('.quick-input-widget:not([style*="display: none"])');
    this.statusBar = page.locator('.part.statusbar .statusbar-item');
    this.menu = page.locator('.monaco-menu');
  }

  /** Resolves when the window can be used. */
  async ready(): Promise<void> {
    await this.page.locator('.part.statusbar').waitFor({ timeout: 90_000 });
    await this.page.locator('.part.activitybar').waitFor();
  }

  /** Shows a view container of the activity bar by its title. */
  async openView(title: string): Promise<void> {
    const label = this.page.locator(`.action-label[aria-label^="${title}"]`);
    const tab = this.page.locator('.part.activitybar [role="tab"]').filter({ has: label });
    await tab.waitFor({ timeout: 60_000 });
    const shown = this.page.locator('.part.activitybar [role="tab"][aria-expanded="true"]', { has: label });
    // A click hides what a window that is still starting shows by itself meanwhile.
    for (let attempt = 1; ; attempt += 1) {
      if (!(await shown.isVisible())) await tab.click();
      try {
        await shown.waitFor({ timeout: 3_000 });
        return;
      } catch (error) {
        if (attempt === 10) throw error;
      }
    }
  }

  /** Shows our view and signs in, as a new user does. */
  async signIn(token: string): Promise<void> {
    await this.openView('TensorDock');
    await this.runCommand('tensordock.signIn');
    await this.fill(token);
    await this.accept();
  }

  /** Runs a command from the palette, by its title there (`TensorDock: Refresh`) or by its id in the manifest. */
  async runCommand(titleOrId: string): Promise<void> {
    const title = commandTitle(titleOrId);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.page.keyboard.press('F1');
        await this.quickInput.locator('input').first().fill(`>${title}`, { timeout: 10_000 });
        await this.focusRow(title);
        break;
      } catch (error) {
        // The palette closes where something that opens late takes the keyboard.
        if (attempt === 3) throw error;
        await this.cancel();
      }
    }
    await this.accept();
  }

  /** Moves to the row that begins with `title` by key: the list draws its rows anew while it filters, under a pointer too. */
  private async focusRow(title: string): Promise<void> {
    const row = this.quickInput
      .locator('.monaco-list-row')
      .and(this.page.locator(`[aria-label^="${title}"]`));
    await row.first().waitFor({ timeout: 10_000 });
    const focused = row.and(this.page.locator('.focused'));
    for (let moves = 0; moves < 20; moves += 1) {
      if (await focused.isVisible()) return;
      await this.page.keyboard.press('ArrowDown');
    }
    throw new Error(`${title} isn't reached`);
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

  /** Types into the open quick pick until one is left that holds `text`, and takes it by key. */
  async choose(text: string): Promise<void> {
    const rows = this.quickInput.locator('.monaco-list-row', { hasText: text });
    // The list is filled after the box is shown; what was typed before may be lost.
    await this.quickInput.locator('.monaco-list-row').first().waitFor();
    await this.fill(text);
    await rows.and(this.page.locator('.focused')).waitFor();
    await this.accept();
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

  /** The row whose name or description holds `text`; a long name is shown in part, and spoken as a whole. */
  row(text: string): Locator {
    const spoken = this.rows.and(this.page.locator(`[aria-label*=${JSON.stringify(text)}]`));
    return this.rows.filter({ hasText: text }).or(spoken).first();
  }

  /** The row of an instance in a state, which is spoken where it isn't shown. */
  rowIn(name: string, state: string): Locator {
    const labels = [name, `, ${state}`].map((text) => `[aria-label*=${JSON.stringify(text)}]`);
    return this.rows.and(this.page.locator(labels.join(''))).first();
  }

  /** All rows of the visible view. */
  async treeRows(): Promise<readonly TreeRow[]> {
    return v.parse(treeRows, await this.page.evaluate(readRows));
  }

  /** The row of a tree that has the focus, if it holds this text. */
  focusedRow(text: string): Locator {
    return this.page.locator('.part.sidebar .monaco-list-row.focused', { hasText: text });
  }

  /** Selects exactly these rows: one click at a time, since rows move where one above is expanded or drawn anew. */
  async selectRows(names: readonly string[]): Promise<void> {
    for (let clicks = 0; ; clicks += 1) {
      const selected = (await this.treeRows()).filter((row) => row.selected).map(({ name }) => name);
      const [wrong] = [...names, ...selected].filter(
        (name) => names.includes(name) !== selected.includes(name),
      );
      if (wrong === undefined) return;
      if (clicks === 20) throw new Error(`Selected are: ${selected.join(', ')}`);
      // With Control, a click doesn't expand the row.
      await this.row(wrong).click({ modifiers: ['Control'] });
    }
  }

  /** Takes an item of a row's context menu, or of the submenu with this title. */
  async contextMenu(row: string, item: string, submenu?: string): Promise<void> {
    // By its label alone: the name of an entry also holds its key.
    const titled = (name: string): Locator =>
      this.menu
        .getByRole('menuitem')
        .filter({ has: this.page.locator('.action-label').getByText(name, { exact: true }) });
    const entry = titled(menuTitle(item));
    for (let attempt = 1; ; attempt += 1) {
      await this.row(row).click({ button: 'right' });
      try {
        if (submenu !== undefined) await titled(submenu).hover({ timeout: 5_000 });
        // By key: a menu takes no click in its first moment. The pointer chooses what the key is for.
        await entry.hover({ timeout: 5_000 });
        await entry.press('Enter', { timeout: 1_000 });
        break;
      } catch (error) {
        // A menu goes where something else takes the keyboard.
        if (attempt === 3) throw error;
        await this.cancel();
      }
    }
    await this.menu.first().waitFor({ state: 'hidden' });
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

  /** Expands a row. A click does that, unless the row is drawn anew just then; the key never collapses it. */
  async expand(text: string): Promise<void> {
    await this.row(text).click();
    const expanded = this.row(text).and(this.page.locator('[aria-expanded="true"]'));
    for (let attempt = 1; ; attempt += 1) {
      try {
        await expanded.waitFor({ timeout: 5_000 });
        return;
      } catch (error) {
        if (attempt === 3) throw error;
        await this.page.keyboard.press('ArrowRight');
      }
    }
  }

  /** Presses an icon that shows on a row under the pointer. */
  async inlineAction(row: string, title: string): Promise<void> {
    await this.row(row).hover();
    await this.row(row)
      .locator(`.actions [aria-label="${menuTitle(title)}"]`)
      .click();
  }

  /** The content of the visible webview editor. */
  webview(): FrameLocator {
    return this.page.locator('iframe.webview.ready').last().contentFrame().frameLocator('#active-frame');
  }

  /** Chooses a color theme from the palette. */
  async chooseColorTheme(theme: ColorTheme): Promise<void> {
    const { label, className } = colorThemes[theme];
    for (let attempt = 1; ; attempt += 1) {
      await this.runCommand('Preferences: Color Theme');
      await this.fill(label);
      try {
        // The list is filled after the box is shown; what was typed before may be lost.
        await this.quickInput
          .locator('.quick-input-list .focused', { hasText: label })
          .waitFor({ timeout: 10_000 });
        break;
      } catch (error) {
        if (attempt === 3) throw error;
        await this.cancel();
      }
    }
    await this.accept();
    await this.page.locator(`.monaco-workbench.${className}`).waitFor();
  }

  /** Resolves when VS Code has stored what holds `text`: in a browser it does so every few seconds only. */
  async stored(text: string): Promise<void> {
    const script = `(async () => {
      const values = [];
      for (const { name } of await indexedDB.databases()) {
        const opened = indexedDB.open(name);
        await new Promise((resolve) => (opened.onsuccess = opened.onerror = resolve));
        for (const table of opened.result?.objectStoreNames ?? []) {
          const all = opened.result.transaction(table).objectStore(table).getAll();
          await new Promise((resolve) => (all.onsuccess = all.onerror = resolve));
          values.push(all.result);
        }
        opened.result?.close();
      }
      return JSON.stringify(values).includes(${JSON.stringify(text)});
    })()`;
    for (let attempt = 1; !(await this.page.evaluate<unknown>(script)); attempt += 1) {
      if (attempt > 60) throw new Error(`VS Code does not store ${text}`);
      await this.page.waitForTimeout(500);
    }
  }

  /** Loads the window again, as F5 does in a browser. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** In words: rows, questions, notifications, the open menu and input, the status bar. */
  async shown(): Promise<string> {
    const parts = {
      row: this.rows,
      dialog: this.dialog,
      notification: this.notifications,
      menu: this.menu,
      input: this.quickInput,
      status: this.statusBar,
    };
    const lines: string[] = [];
    for (const [name, locator] of Object.entries(parts)) {
      for (const text of await locator.allInnerTexts()) lines.push(`${name}: ${text.replace(/\s+/g, ' ')}`);
    }
    return lines.join('\n');
  }

  /** Writes `test-output/screenshots/NAME.png`. */
  async screenshot(name: string): Promise<string> {
    const folder = path.join(projectRoot, 'test-output/screenshots');
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }
}
