import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Instance } from '../../../../src/api/types';
import { Emitter } from '../../../../src/base/emitter';
import { silentLogger } from '../../../../src/base/logger';
import { SshFollower } from '../../../../src/ssh/config/follower';
import type { EntryOptions } from '../../../../src/ssh/config/ownConfig';
import { makeInstance, makePlace, user, type Place } from './support';

interface Scene {
  readonly place: Place;
  readonly follower: SshFollower;
  account: string | undefined;
  instances: Instance[];
  options: EntryOptions;
  readonly forgotten: string[];
  changed(): Promise<void>;
  gone(id: string): Promise<void>;
  settings(): Promise<void>;
}

async function follow(included: boolean): Promise<Scene> {
  const place = await makePlace();
  const onDidChange = new Emitter<{ added: unknown[]; changed: unknown[] }>();
  const onDidGo = new Emitter<readonly string[]>();
  const onSettings = new Emitter<unknown>();
  if (included) await place.person.apply(await place.person.plan());
  const forgotten: string[] = [];
  const store = {
    get status() {
      return { accountId: scene.account };
    },
    rows: () => scene.instances.map((instance) => ({ instance })),
    onDidChange: onDidChange.event,
    onDidGo: onDidGo.event,
  };
  const ssh = {
    hosts: place.hosts,
    person: place.person,
    optionsFor: () => scene.options,
    forgetChoice: (id: string) => Promise.resolve(void forgotten.push(id)),
  };
  const follower = new SshFollower({
    store,
    ssh,
    onDidChangeSettings: onSettings.event,
    logger: silentLogger,
  });
  const scene: Scene = {
    place,
    follower,
    account: 'me',
    instances: [makeInstance()],
    options: user,
    forgotten,
    changed: async () => {
      onDidChange.fire({ added: [1], changed: [] });
      await follower.settled();
    },
    gone: async (id) => {
      onDidGo.fire([id]);
      await follower.settled();
    },
    settings: async () => {
      onSettings.fire(undefined);
      await follower.settled();
    },
  };
  return scene;
}

test('entries follow the snapshot once the person agreed to the line', async () => {
  const scene = await follow(true);
  await scene.changed();
  expect(await scene.place.hosts.entries()).toMatchObject([{ account: 'me', host: '192.0.2.7' }]);
  scene.instances = [makeInstance({ ipAddress: '192.0.2.8' })];
  await scene.changed();
  expect(await scene.place.hosts.entries()).toMatchObject([{ account: 'me', host: '192.0.2.8' }]);
});

test('nothing is written before the person agreed', async () => {
  const scene = await follow(false);
  await scene.changed();
  expect(existsSync(scene.place.paths.folder)).toBe(false);
});

test('entries follow a change of the settings', async () => {
  const scene = await follow(true);
  await scene.changed();
  scene.options = { ...user, forwardAgent: true };
  await scene.settings();
  expect(await scene.place.hosts.entries()).toMatchObject([{ forwardAgent: true }]);
});

test('an instance that is proven deleted loses its entry and its choice', async () => {
  const scene = await follow(true);
  await scene.changed();
  await scene.gone(makeInstance().id);
  expect(await scene.place.hosts.entries()).toEqual([]);
  expect(scene.forgotten).toEqual([makeInstance().id]);
});

test('nothing is written if no one is signed in', async () => {
  const scene = await follow(true);
  scene.account = undefined;
  await scene.changed();
  expect(await scene.place.hosts.entries()).toEqual([]);
});

test('nothing is written after it is disposed', async () => {
  const scene = await follow(true);
  scene.follower.dispose();
  await scene.changed();
  expect(await scene.place.hosts.entries()).toEqual([]);
});
