import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../workbench/install';
import type { WorkbenchPage } from './workbenchPage';

/** Every theme that a person may use, in the order in which they are looked at. */
const colorThemes = ['dark', 'high-contrast', 'high-contrast-light', 'light'] as const;

/**
 * Takes pictures of the sidebar of a light window at three widths, `test-output/screenshots/NAME-THEME-WIDTH.png`. A
 * theme takes a second or two to change, so that is left out unless `inAllThemes`.
 */
export async function lookAtSidebar(
  window: WorkbenchPage,
  name: string,
  inAllThemes: boolean,
): Promise<void> {
  for (const theme of inAllThemes ? colorThemes : (['light'] as const)) {
    if (inAllThemes) await window.chooseColorTheme(theme);
    for (const width of [200, 500, 300]) {
      await setSidebarWidth(window, width);
      await photograph(window, `${name}-${theme}-${width}`);
    }
  }
}

async function photograph({ page }: WorkbenchPage, name: string): Promise<void> {
  const folder = path.join(projectRoot, 'test-output/screenshots');
  await mkdir(folder, { recursive: true });
  const sidebar = await page.locator('.part.sidebar').boundingBox();
  if (!sidebar) throw new Error('There is no sidebar.');
  const { height = 800 } = page.viewportSize() ?? {};
  const clip = { x: 0, y: 0, width: sidebar.x + sidebar.width + 40, height };
  await page.screenshot({ path: path.join(folder, `${name}.png`), clip });
}

/** Drags the border of the sidebar. */
async function setSidebarWidth({ page }: WorkbenchPage, width: number): Promise<void> {
  const sidebar = page.locator('.part.sidebar');
  for (let attempt = 1; ; attempt += 1) {
    const box = await sidebar.boundingBox();
    if (!box) throw new Error('There is no sidebar.');
    if (Math.abs(box.width - width) < 12) return;
    if (attempt > 5) throw new Error(`The sidebar is ${box.width} wide.`);
    // Not where the border of two views ends, nor where something may hover.
    const y = box.y + box.height * (0.3 + 0.1 * attempt);
    const border = box.x + box.width + 1;
    await page.mouse.move(border + 60, y);
    await page.mouse.move(border, y);
    await page.mouse.down();
    await page.mouse.move(border + (width - box.width) / 2, y);
    await page.mouse.move(border + width - box.width, y);
    await page.mouse.up();
    await page.mouse.move(border + width - box.width + 300, y);
  }
}
