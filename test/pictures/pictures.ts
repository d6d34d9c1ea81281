import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { FormPage } from '../ui/formPage';
import type { WorkbenchPage } from '../ui/workbenchPage';
import { projectRoot } from '../workbench/install';
import { launchBrowser } from '../workbench/browser';
import { openStage, type Stage } from './stage';
import { writePicture } from './png';
import { writeAnimation, type Frame } from './webp';

// Makes all pictures of the README, the walkthrough, and the icon, from the running extension.

const media = path.join(projectRoot, 'media');
const size = { width: 960, height: 540 };
/** Room for the price beside the form. */
const wide = { width: 1280, height: 760 };
/** What each step of the walkthrough shows of the window. */
const parts = {
  token: { x: 58, y: 0, width: 520, height: 270 },
  signIn: { x: 140, y: 0, width: 680, height: 160 },
  create: { x: 344, y: 36, width: 616, height: 376 },
  key: { x: 344, y: 72, width: 616, height: 220 },
  connect: { x: 58, y: 0, width: 540, height: 300 },
  costs: { x: 58, y: 0, width: 520, height: 320 },
} as const;

const statusBarHeight = 28;

/** Away from the pictures' message: toasts come and go at their own pace. */
const hidden = '.notifications-toasts, .editor-group-watermark { display: none !important }';
const rtx4090 = 'geforcertx4090-pcie-24gb';

async function main(): Promise<void> {
  const browser = await launchBrowser();
  try {
    await mkdir(path.join(media, 'walkthrough'), { recursive: true });
    await makeIcon(browser);
    const stage = await openStage(size.width, size.height);
    try {
      await new Show(browser, stage).run();
    } catch (error) {
      console.error(await stage.workbench.window.screenshot('pictures-failed'));
      throw error;
    } finally {
      await stage.close();
    }
  } finally {
    await browser.close();
  }
}

async function makeIcon(browser: Browser): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
  const svg = await readFile(path.join(media, 'icon.svg'), 'utf8');
  await page.setContent(`<body style="margin: 0">${svg}</body>`);
  await writePicture(browser, path.join(media, 'icon.png'), await page.screenshot({ omitBackground: true }));
  await page.close();
}

type Clip = (typeof parts)[keyof typeof parts];

/** One walk through the extension. */
class Show {
  private readonly window: WorkbenchPage;
  private readonly page: Page;
  private readonly frames: Frame[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly stage: Stage,
  ) {
    this.window = stage.workbench.window;
    this.page = this.window.page;
  }

  async run(): Promise<void> {
    await this.page.addStyleTag({ content: hidden });
    await this.widenSideBar();
    await this.signIn();
    await this.create();
    await this.connect();
    await this.scheduleStop();
    const bytes = await writeAnimation(this.browser, path.join(media, 'tour.webp'), this.frames);
    console.log(`media/tour.webp: ${this.frames.length} frames, ${bytes} bytes`);
  }

  private async widenSideBar(): Promise<void> {
    await this.window.openView('TensorDock');
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (!box) throw new Error('The side bar is hidden');
    const edge = { x: box.x + box.width, y: 300 };
    await this.page.mouse.move(edge.x, edge.y);
    await this.page.mouse.down();
    await this.page.mouse.move(345, edge.y, { steps: 4 });
    await this.page.mouse.up();
    await this.page.mouse.move(700, 400);
  }

  private async signIn(): Promise<void> {
    const { window } = this;
    const { simulator } = this.stage.demo;
    await this.page.locator('.welcome-view-content').getByText('Sign In').waitFor();
    await this.still('token');
    await this.frame(1_200);
    await window.runCommand('tensordock.signIn');
    await window.fill(simulator.token);
    simulator.faults.add({ path: '/api/v2/instances', fault: { kind: 'slow', ms: 3_000 } });
    await window.accept();
    await window.quickInput.getByText('Checking').waitFor();
    await this.still('signIn');
    await this.frame(1_200);
    await window.row('notebooks').waitFor();
    await window.row('whisper-batch').filter({ hasText: '$' }).waitFor({ timeout: 60_000 });
    await this.frame(1_500);
  }

  private async create(): Promise<void> {
    const { window } = this;
    await window.runCommand('tensordock.createInstance');
    const form = await FormPage.on(window);
    await form.locator(`input[name=gpu][value="${rtx4090}"]`).waitFor();
    await this.frame(1_200);
    await form.locator(`input[name=gpu][value="${rtx4090}"]`).check();
    await form.type('#name', 'comfyui');
    await form.locator('h1').scrollIntoViewIfNeeded();
    await this.page.setViewportSize(wide);
    await writeFile(path.join(media, 'screenshot.png'), await this.shot());
    await this.page.setViewportSize(size);
    await form.frame.evaluate("document.querySelector('#search').scrollIntoView()");
    await this.still('create');
    await this.frame(2_000);
    await form.frame.evaluate("document.querySelector('#key').closest('section, fieldset').scrollIntoView()");
    await this.still('key');
    await this.frame(1_500);
    await form.locator('#create').click();
    await form.locator('.step.done').first().waitFor();
    await this.frame(900);
    for (const done of [2, 3, 5]) {
      await form
        .locator('.step.done')
        .nth(done - 1)
        .waitFor({ timeout: 60_000 });
      await this.frame(done === 5 ? 2_000 : 900);
    }
  }

  private async connect(): Promise<void> {
    const { window } = this;
    await window.runCommand('View: Close All Editors');
    await window.row('comfyui').hover();
    await this.frame(1_200);
    await window.runCommand('tensordock.openTerminal');
    await window.fill('comfyui');
    await window.pick('comfyui');
    await window.dialog.getByText('Include').first().waitFor();
    await window.answerDialog('Add Line');
    await this.page.locator('.xterm-rows', { hasText: 'user@comfyui' }).waitFor({ timeout: 60_000 });
    await window.row('comfyui').hover();
    await this.still('connect');
    await this.frame(2_000);
  }

  private async scheduleStop(): Promise<void> {
    const { window } = this;
    await window.runCommand('tensordock.scheduleStop');
    await window.fill('comfyui');
    await window.pick('comfyui');
    await window.quickInput.getByText('In 2 hours').waitFor();
    await this.frame(1_500);
    await window.pick('In 2 hours');
    await window.quickInput.waitFor({ state: 'hidden' });
    await window.runCommand('View: Hide Panel');
    await this.still('costs');
    await window.statusBarItem('/hr').hover();
    await this.page.locator('.monaco-hover', { hasText: 'TensorDock' }).first().waitFor();
    await this.frame(2_500);
  }

  private async shot(clip?: Clip): Promise<Buffer> {
    return this.page.screenshot({ caret: 'hide', clip });
  }

  private async frame(ms: number): Promise<void> {
    this.frames.push({ png: await this.shot(), ms });
  }

  private async still(step: keyof typeof parts): Promise<void> {
    const part = parts[step];
    // What belongs to the bottom of a window, or of the form, moves up into the picture.
    const height = step === 'create' ? part.y + part.height + statusBarHeight : part.height;
    if (step !== 'signIn' && step !== 'key') await this.page.setViewportSize({ ...size, height });
    await this.picture(`walkthrough/${step}.png`, await this.shot(part));
    await this.page.setViewportSize(size);
  }

  private async picture(name: string, png: Buffer): Promise<void> {
    const bytes = await writePicture(this.browser, path.join(media, name), png);
    console.log(`media/${name}: ${bytes} bytes`);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
