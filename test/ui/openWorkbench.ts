import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import * as v from 'valibot';
import { workbenchAddress } from '../workbench/address';
import { launchBrowser } from '../workbench/browser';
import { installWorkbench, projectRoot, type WorkbenchVersion } from '../workbench/install';
import { startServer, type ServerOptions, type WorkbenchServer } from '../workbench/server';
import { tellFailure } from './evidence';
import { WorkbenchPage } from './workbenchPage';

/** The options of a workbench for a test. */
export interface WorkbenchOptions extends ServerOptions {
  /** The default is `newest`. */
  readonly version?: WorkbenchVersion;
  /** The folder of the extension under test, in mode `development`; this project by default. */
  readonly underTest?: string;
  /** The default is `dark`. */
  readonly colorTheme?: keyof typeof themes;
  readonly width?: number;
  readonly height?: number;
  /** How many pixels of a screenshot show one of the window; 1 by default. */
  readonly scale?: number;
  /** Absolute path of a folder to open; none by default. */
  readonly folder?: string;
}

/** A window that something asked VS Code to open, as the Remote-SSH stand-in saw it. */
export interface AskedWindow {
  readonly command: string;
  readonly uri?: string | undefined;
  readonly options?: unknown;
}

/** A running workbench, with a browser at it. */
export interface OpenWorkbench {
  readonly server: WorkbenchServer;
  readonly context: BrowserContext;
  /** The first window. */
  readonly window: WorkbenchPage;
  /** One more window of the same person. */
  openWindow(): Promise<WorkbenchPage>;
  /** The windows that VS Code was asked to open; needs `remoteSshStandIn` among the extensions. */
  askedWindows(): Promise<readonly AskedWindow[]>;
  close(): Promise<void>;
}

/** The stand-in for Microsoft's Remote-SSH, to be named in `extensions`. */
export const remoteSshStandIn = path.join(projectRoot, 'test/ui/fixtures/remote-ssh');

/** A new window starts in one of these; the others are selected in its palette. */
const themes = { dark: 'Default Dark Modern', light: 'Default Light Modern' } as const;

const askedWindow = v.object({
  command: v.string(),
  uri: v.optional(v.string()),
  options: v.optional(v.unknown()),
});

/** Starts a server with the built extension and opens a page; close it when the test ends. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<OpenWorkbench> {
  const workbench = await installWorkbench(options.version ?? 'newest', console.log);
  let server: WorkbenchServer | undefined;
  let browser: Browser | undefined;
  try {
    const askedFile = path.join(projectRoot, 'test-output', `asked-windows-${process.pid}.jsonl`);
    await mkdir(path.dirname(askedFile), { recursive: true });
    await writeFile(askedFile, '');
    server = await startServer(workbench, {
      ...options,
      settings: {
        'workbench.colorTheme': themes[options.colorTheme ?? 'dark'],
        ...options.settings,
      },
      env: { TENSORDOCK_TEST_ASKED_WINDOWS: askedFile, ...options.env },
    });
    browser = await launchBrowser();
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      deviceScaleFactor: options.scale ?? 1,
    });
    const address = workbenchAddress(server, {
      extension: options.mode === 'installed' ? undefined : (options.underTest ?? projectRoot),
      folder: options.folder,
    });
    const windows: WorkbenchPage[] = [];
    const openWindow = async (): Promise<WorkbenchPage> => {
      const page = await context.newPage();
      const opened = new WorkbenchPage(page);
      windows.push(opened);
      await page.goto(address);
      await opened.ready();
      return opened;
    };
    const window = await openWindow();
    const [runningServer, runningBrowser] = [server, browser];
    return {
      server,
      context,
      window,
      openWindow,
      askedWindows: async () =>
        (await readFile(askedFile, 'utf8'))
          .split('\n')
          .filter(Boolean)
          .map((line) => v.parse(askedWindow, JSON.parse(line))),
      async close() {
        await tellFailure(
          windows.filter(({ page }) => !page.isClosed()),
          runningServer,
        );
        await runningBrowser.close();
        await runningServer.stop();
        await rm(askedFile, { force: true });
      },
    };
  } catch (error) {
    await browser?.close();
    await server?.stop();
    throw error;
  }
}
