import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { setDemo, type DemoSetting } from '../demo/setting';
import { openWorkbench, type OpenWorkbench } from '../ui/openWorkbench';
import { projectRoot } from '../workbench/install';

/** A VS Code with the packaged extension on the demo's simulator, signed out. */
export interface Stage {
  readonly demo: DemoSetting;
  readonly workbench: OpenWorkbench;
  close(): Promise<void>;
}

/** Packages the built extension, and opens a window of this size with it. */
export async function openStage(width: number, height: number): Promise<Stage> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-pictures-'));
  const closing: (() => Promise<void>)[] = [async () => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const each of closing.reverse()) await each();
  };
  try {
    const shell = path.join(folder, 'shell');
    await writeFile(shell, prompt, { mode: 0o755 });
    process.env.SHELL = shell;
    const demo = await setDemo({ ssh: 'ssh2' });
    closing.push(async () => demo.close());
    const vsix = path.join(folder, 'tensordock.vsix');
    const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');
    const flags = ['--no-dependencies'];
    await promisify(execFile)(process.execPath, [vsce, 'package', ...flags, '--out', vsix], {
      cwd: projectRoot,
    });
    const workbench = await openWorkbench({
      mode: 'installed',
      vsix: [vsix],
      width,
      height,
      // VS Code shows the pictures of a walkthrough this much smaller.
      scale: 1.5,
      settings: { ...demo.settings, ...plain },
    });
    closing.push(async () => workbench.close());
    return { demo, workbench, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same prompt wherever the pictures are made. */
const prompt = `#!/bin/sh
exec env -u PROMPT_COMMAND PS1='user@comfyui:~$ ' bash --norc --noprofile "$@"
`;

/** Nothing in the window that isn't of interest. */
const plain: Readonly<Record<string, unknown>> = {
  'chat.disableAIFeatures': true,
  'window.commandCenter': false,
  'window.menuBarVisibility': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.navigationControl.enabled': false,
  // Its text is then part of the page.
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.shellIntegration.enabled': false,
};
