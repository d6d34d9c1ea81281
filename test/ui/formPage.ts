import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Frame, Locator } from 'playwright-core';
import * as v from 'valibot';
import type { WorkbenchPage } from './workbenchPage';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** One of our forms in a window, as a person sees and uses it. */
export class FormPage {
  private constructor(
    private readonly window: WorkbenchPage,
    readonly frame: Frame,
  ) {}

  /** The visible form, or the progress of its create, once it's drawn. */
  static async on(window: WorkbenchPage): Promise<FormPage> {
    const title = window.webview().locator('#form h1');
    await title.waitFor({ timeout: 60_000 });
    const inner = await title.elementHandle();
    const frame = await inner.ownerFrame();
    if (!frame) throw new Error('The form has no frame');
    return new FormPage(window, frame);
  }

  locator(selector: string): Locator {
    return this.frame.locator(selector);
  }

  /** Presses Tab until the element that matches has the focus. */
  async tabTo(selector: string): Promise<void> {
    for (let presses = 0; presses < 80; presses += 1) {
      const focused = `document.activeElement.matches(${JSON.stringify(selector)}) === true`;
      const reached = await this.frame.evaluate<unknown>(focused);
      if (reached) return;
      await this.window.page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reaches ${selector}`);
  }

  /** Replaces the text of a text box with the keyboard. */
  async type(selector: string, text: string): Promise<void> {
    await this.tabTo(selector);
    // VS Code intercepts Ctrl+A, so select the old text another way.
    const old = await this.locator(`${selector} input`).inputValue();
    await this.press('End');
    await this.press('Shift+Home');
    if (old !== '') await this.press('Backspace');
    await this.window.page.keyboard.type(text);
  }

  async press(key: string): Promise<void> {
    await this.window.page.keyboard.press(key);
  }

  /** Fills in the create form by keyboard, with the one GPU that `search` finds, and sends it. */
  async create(name: string, search: string): Promise<void> {
    const gpus = this.locator('input[name=gpu]');
    await gpus.first().waitFor();
    await this.type('#search', search);
    await gpus.nth(1).waitFor({ state: 'detached' });
    await this.tabTo('input[name=gpu]');
    await this.press('Space');
    await this.type('#name', name);
    await this.tabTo('#create');
    await this.press('Enter');
  }

  price(): Promise<string> {
    return this.locator('#price .headline').innerText();
  }

  outcome(): Promise<string> {
    return this.locator('#outcome').innerText();
  }

  /** The violations that axe-core finds, one per line. */
  async violations(): Promise<string[]> {
    await this.frame.evaluate(await readFile(axeFile, 'utf8'));
    const found = await this.frame.evaluate<unknown>(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map((node) => node.html).join(" ")))',
    );
    return v.parse(v.array(v.string()), found);
  }
}
