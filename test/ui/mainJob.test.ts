import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../simulator/server';
import { menuTitle } from './commandTitle';
import type { OpenWorkbench } from './openWorkbench';
import { sharedScene } from './sharedScene';
import { openSshScene } from './sshScene';

const run = promisify(execFile);

/** A person with a token signs in, starts, connects, stops, and deletes. The light theme is looked at below. */
describe('the main job', () => {
  let folder: string;
  let simulator: Simulator;
  let workbench: OpenWorkbench;

  const scene = sharedScene(async () => openSshScene('demo'));

  beforeEach(async () => {
    ({ folder, simulator, workbench } = await scene());
  });

  test('from sign-in to delete', async () => {
    const { window } = workbench;
    const shot = async (name: string): Promise<string> => window.screenshot(`main-job-${name}`);
    await window.openView('TensorDock');
    await window.page.locator('.part.sidebar .welcome-view-content').getByText('Sign In').waitFor();
    await shot('1-welcome');

    await window.runCommand('tensordock.signIn');
    await window.fill('wrong');
    await window.accept();
    await window.quickInput.getByText(/token/i).first().waitFor();
    await expect
      .poll(async () => window.quickInput.textContent())
      .toMatch(/refused|Invalid|not accept|did not take/i);
    await shot('2-wrong-token');
    await window.fill(simulator.token);
    await window.accept();

    await expect.poll(async () => (await window.treeRows()).length, { timeout: 30_000 }).toBeGreaterThan(4);
    await shot('3-tree');
    const first = new Set((await window.treeRows()).map((row) => row.description.split(' · ')[0]));
    expect([...first]).toEqual(
      expect.arrayContaining(['$0.49/hr', 'Stopped', 'Stopped, GPU released', 'Error', 'migrating']),
    );

    await window.runCommand('tensordock.startInstance');
    await window.quickInput.getByText('notebooks').first().waitFor();
    await window.cancel();
    await window.quickInput.waitFor({ state: 'hidden' });
    // A canceled command isn't an error: a dialog would block everything that follows.
    await window.inlineAction('notebooks', 'tensordock.startInstance');
    await window.rowIn('notebooks', 'Starting').waitFor();
    await shot('4-starting');
    await window.rowIn('notebooks', 'Running').waitFor({ timeout: 60_000 });
    expect(await window.contextMenuItems('notebooks')).not.toContain(menuTitle('tensordock.startInstance'));
    await shot('5-running');

    await window.contextMenu('notebooks', 'tensordock.connect');
    await window.dialog.getByText('Include').first().waitFor();
    await shot('6-include-question');
    await window.answerDialog('Add Line');
    await expect.poll(async () => workbench.askedWindows(), { timeout: 60_000 }).toHaveLength(1);
    await shot('7-connected');
    expect(await workbench.askedWindows()).toMatchObject([
      {
        command: 'vscode.openFolder',
        uri: 'vscode-remote://ssh-remote+td-notebooks/home/user',
        options: { forceReuseWindow: true },
      },
    ]);
    const config = path.join(folder, 'config');
    expect(await readFile(config, 'utf8')).toMatch(/^Include .*tensordock\/config\n/);
    expect(await readFile(path.join(folder, 'tensordock', 'config'), 'utf8')).toContain('Host td-notebooks');
    await run('ssh', ['-F', config, '-o', 'BatchMode=yes', 'td-notebooks', 'true']);

    await window.inlineAction('notebooks', 'tensordock.stopInstance');
    await window.dialog.getByText('may still be billed').first().waitFor();
    await shot('8-stop-question');
    await window.answerDialog('Stop');
    await window.rowIn('notebooks', 'Stopping').waitFor();
    await window.rowIn('notebooks', 'Stopped').waitFor({ timeout: 60_000 });

    await window.contextMenu('notebooks', 'tensordock.deleteInstance');
    await window.dialog.getByText('its disk').first().waitFor();
    await shot('9-delete-question');
    await window.answerDialog('Delete');
    await expect
      .poll(async () => (await window.treeRows()).map((row) => row.name), { timeout: 60_000 })
      .not.toContain('notebooks');
    await expect
      .poll(async () => readFile(path.join(folder, 'tensordock', 'config'), 'utf8'), { timeout: 30_000 })
      .not.toContain('Host td-notebooks');
    await shot('10-deleted');
  });

  test('several rows at once, with one question', async () => {
    const { window } = workbench;
    // The test before leaves a window that is signed in.
    if (!(await window.row('gpu-dev-4090').isVisible())) await window.signIn(simulator.token);
    await window.row('gpu-dev-4090').waitFor({ timeout: 60_000 });
    const names = ['gpu-dev-4090', 'build-box', 'transcoder-batch'];
    const earlier = simulator.requests.length;
    await window.selectRows(names);
    await window.runCommand('tensordock.stopInstance');
    // The one that is already stopped isn't included.
    await window.dialog.getByText('Stop “gpu-dev-4090”, “build-box”?').waitFor();
    await window.screenshot('main-job-several');
    await window.answerDialog('Stop');
    for (const name of names) {
      await window.rowIn(name, 'Stopped').waitFor({ timeout: 60_000 });
    }
    const stops = simulator.requests
      .slice(earlier)
      .filter(({ method, path: where }) => method === 'POST' && where.endsWith('stop'));
    expect(stops).toHaveLength(2);

    await window.selectRows(names);
    await window.contextMenu('build-box', 'tensordock.deleteInstance');
    for (const name of names) await window.dialog.getByText(`${name} (`).first().waitFor();
    await window.answerDialog('Delete');
    await expect
      .poll(async () => (await window.treeRows()).map((row) => row.name), { timeout: 60_000 })
      .not.toEqual(expect.arrayContaining(['transcoder-batch']));
    await expect
      .poll(() => simulator.requests.slice(earlier).filter(({ method }) => method === 'DELETE').length)
      .toBe(names.length);
  });
});
