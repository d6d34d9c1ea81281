import type { Frame } from 'playwright-core';
import * as v from 'valibot';
import { expect } from 'vitest';
import type { WorkbenchPage } from './workbenchPage';

/** All words of a page that a person reads or hears, those in shadow trees too, and what is cut off or spills over. */
const readPage = `(() => {
  const texts = [], cut = [];
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return void texts.push(node.data);
    if (node instanceof Element) {
      if (/^(STYLE|SCRIPT|TEMPLATE)$/.test(node.tagName)) return;
      for (const name of ['aria-label', 'placeholder', 'title', 'label', 'alt', 'aria-description']) {
        texts.push(node.getAttribute(name) ?? '');
      }
      const { overflowX, display } = getComputedStyle(node);
      const hasText = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
      const wide = node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 1;
      const shows = overflowX === 'visible' ? hasText : /hidden|clip/.test(overflowX);
      if (wide && shows && display !== 'inline' && node.tagName !== 'INPUT') {
        cut.push(node.tagName + '.' + node.className + ': ' + node.textContent.trim().slice(0, 80));
      }
      if (node.shadowRoot) visit(node.shadowRoot);
    }
    for (const child of node.childNodes) visit(child);
  };
  visit(document.body);
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth + 1) cut.push('the page: ' + scrollWidth + ' > ' + clientWidth);
  return { texts: texts.map((text) => text.trim()).filter(Boolean), cut };
})()`;

const pageSchema = v.object({ texts: v.array(v.string()), cut: v.array(v.string()) });

/** What one of our pages says, and what has no room in it, one line each. */
export async function textsOfPage(frame: Frame): Promise<v.InferOutput<typeof pageSchema>> {
  return v.parse(pageSchema, await frame.evaluate<unknown>(readPage));
}

/** Makes the window as wide as one of our pages needs to be `width` pixels wide. */
export async function setPageWidth({ page }: WorkbenchPage, frame: Frame, width: number): Promise<void> {
  const innerWidth = async (): Promise<number> =>
    v.parse(v.number(), await frame.evaluate<unknown>('innerWidth'));
  const viewport = page.viewportSize() ?? { width: 1280, height: 800 };
  await page.setViewportSize({ ...viewport, width: viewport.width + width - (await innerWidth()) });
  await expect.poll(innerWidth).toBe(width);
}

/** The rows of the sidebar whose dollars have no room in it. */
export async function rowsWithoutDollars({ page }: WorkbenchPage): Promise<readonly string[]> {
  const script = `[...document.querySelectorAll('.part.sidebar [role="treeitem"]')].flatMap((row) => {
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const found = /\\d[\\d.,]*\\s?\\$|\\$\\d[\\d.,]*/.exec(text.data);
      if (!found) continue;
      const range = document.createRange();
      range.setStart(text, found.index);
      range.setEnd(text, found.index + found[0].length);
      const box = text.parentElement.closest('.label-description, .monaco-icon-label-container') ?? row;
      return range.getBoundingClientRect().right <= box.getBoundingClientRect().right + 1 ? [] : [row.textContent];
    }
    return [];
  })`;
  return v.parse(v.array(v.string()), await page.evaluate<unknown>(script));
}

/** What the rows of the sidebar show and say. */
export async function spokenRows({ page }: WorkbenchPage): Promise<readonly string[]> {
  const script = `[...document.querySelectorAll('.part.sidebar [role="treeitem"]')].map(
    (row) => row.textContent + ' ' + row.ariaLabel)`;
  return v.parse(v.array(v.string()), await page.evaluate<unknown>(script));
}
