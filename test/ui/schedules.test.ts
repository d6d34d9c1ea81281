import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { ScheduleFile } from '../../src/automation/scheduleFile';
import { TimerFile } from '../../src/automation/timerFile';
import { silentLogger } from '../../src/base/logger';
import { startSimulator } from '../simulator/server';
import { menuTitle } from './commandTitle';
import { openWorkbench } from './openWorkbench';
import { sceneOf, sharedScene, type Scene } from './sharedScene';

const name = 'gpu-dev-4090';

async function openScene(): Promise<Scene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-schedules-'));
  const simulator = await startSimulator({ seed: 'demo', delays: 'instant', rateLimit: false });
  const workbench = await openWorkbench({
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.refreshInterval': 5,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
    },
  });
  return sceneOf({ folder, simulator, workbench });
}

const scene = sharedScene(openScene);

/** Schedules a stop from the palette, as a person does who types the time. */
async function schedule({ workbench: { window }, simulator }: Scene, time: string): Promise<void> {
  if (!(await window.row(name).isVisible())) {
    await window.signIn(simulator.token);
    await window.row(name).waitFor({ timeout: 60_000 });
  }
  await window.runCommand('tensordock.scheduleStop');
  await window.pick(name);
  await window.pick('At another time…');
  await window.fill(time);
  await window.accept();
  await window.notification('This works only while VS Code is open.').waitFor();
}

const spoken = async ({ workbench: { window } }: Scene): Promise<string> =>
  (await window.rowIn(name, 'Running').getAttribute('aria-label')) ?? '';

const activity = ({ workbench: { window } }: Scene): Locator =>
  window.page.getByRole('tree', { name: 'Activity' }).getByRole('treeitem').filter({ hasText: name });

const stops = ({ simulator }: Scene): number =>
  simulator.requests.filter(({ path: each }) => each.endsWith('/stop')).length;

/** The folder that all windows of the person share. */
async function sharedFolder({ workbench: { server } }: Scene): Promise<string> {
  const files = await readdir(server.dataFolder, { recursive: true });
  const file = files.find((each) => path.basename(each) === 'schedules.json');
  return path.dirname(path.join(server.dataFolder, file ?? expect.fail('it is saved')));
}

/** Has the stop that was just scheduled carried out by the program that is shipped; resolves with its process. */
async function useTimer(current: Scene): Promise<number> {
  const { window } = current.workbench;
  await window.answerNotification('This works only while VS Code is open.', 'Use Background Timer');
  await window.notification('even if VS Code is closed').waitFor({ timeout: 30_000 });
  await expect.poll(async () => spoken(current)).toMatch(/stops \S+( [AP]M)?(,|$)/);
  await activity(current).filter({ hasText: 'by a background timer' }).waitFor();
  const { timers } = await new TimerFile(await sharedFolder(current), silentLogger).read();
  expect(timers).toHaveLength(1);
  return timers[0]?.pid ?? expect.fail('it has a process');
}

/** One that has ended may stay in the list until the system's first process takes note of it. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/^\d+ \(.*\) Z/.test(stat);
}

const ended = async (pid: number): Promise<void> =>
  expect.poll(async () => isAlive(pid), { timeout: 15_000 }).toBe(false);

/** Time passes: nothing else of the scheduled stop changes. */
async function setTimeLeft(current: Scene, leftMs: number): Promise<void> {
  const file = new ScheduleFile(await sharedFolder(current), silentLogger);
  await file.change((all) => all.map((one) => ({ ...one, at: Date.now() + leftMs })));
}

test('a scheduled stop is shown, gives notice, and doesn’t happen after Not Now', async () => {
  const current = await scene();
  const { window } = current.workbench;
  await schedule(current, '20m');
  await expect.poll(async () => spoken(current)).toMatch(/stops .* if VS Code is open/);
  await activity(current).filter({ hasText: 'only if VS Code is open' }).waitFor();
  await setTimeLeft(current, 4 * 60_000);
  await window.notification('Not Now').waitFor();
  await window.screenshot('schedule-notice');
  await window.answerNotification('Not Now', 'Not Now');
  await expect.poll(async () => spoken(current)).not.toContain('stops');
  await expect.poll(async () => activity(current).count()).toBe(0);
  expect(stops(current)).toBe(0);
});

test('a background timer ends with a cancel, and with a sign-out', async () => {
  const current = await scene();
  const { window } = current.workbench;
  await window.runCommand('Notifications: Clear All Notifications');
  await schedule(current, '20m');
  const first = await useTimer(current);
  await activity(current).hover();
  await activity(current)
    .getByRole('button', { name: menuTitle('tensordock.cancelOperation') })
    .first()
    .click();
  await ended(first);

  await window.runCommand('Notifications: Clear All Notifications');
  await schedule(current, '20m');
  const second = await useTimer(current);
  await window.runCommand('tensordock.signOut');
  await window.answerDialog('Sign Out');
  await ended(second);
  await window.row(name).waitFor({ state: 'hidden' });
  expect(stops(current)).toBe(0);
});

test('a background timer stops the instance with every window killed', async () => {
  const current = await scene();
  const { simulator, workbench } = current;
  await workbench.window.runCommand('Notifications: Clear All Notifications');
  await schedule(current, '20m');
  const pid = await useTimer(current);
  workbench.server.kill();
  await setTimeLeft(current, 0);
  await ended(pid);
  expect(stops(current)).toBe(1);
  expect(simulator.world.all().find((each) => each.name === name)?.status).toMatch(/^stopp/);
});
