import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeSshEntries } from '../../../../src/ssh/config/cleanUp';
import { agree, makeInstance, makePlace, user } from './support';

test('cleaning up keeps a key that was created here', async () => {
  const place = await makePlace();
  await place.hosts.ensureEntry('account', makeInstance(), user);
  await agree(place);
  await mkdir(place.paths.keys);
  await writeFile(join(place.paths.keys, 'id'), 'key');
  expect(await removeSshEntries(place.person, place.hosts)).toBe(false);
  expect(await readdir(place.paths.folder)).toEqual(['keys']);
  expect(existsSync(place.paths.personConfig)).toBe(false);
});
