import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Location } from '../../../src/api/types';
import { addSeen, nothingSeen, SeenOffers } from '../../../src/automation/seenOffers';
import { silentLogger } from '../../../src/base/logger';
import { newFolder } from '../cost/support';

const origin = 'https://dashboard.tensordock.com';

function location(id: string, ...models: string[]): Location {
  return { id, country: 'Poland', gpus: models.map((model) => ({ model, displayName: model, prices: {} })) };
}

it('remembers what was listed before, over a reload and for each service apart', async () => {
  const folder = await newFolder();
  const before = new SeenOffers(folder, silentLogger);
  await before.note(origin, [location('warsaw', 'h100')]);
  await before.note(origin, [location('berlin', 'l4', 'h100')]);
  await before.note(origin, []);
  const after = new SeenOffers(folder, silentLogger);
  expect(await after.of(origin)).toMatchObject({
    models: ['h100', 'l4'],
    locations: [{ id: 'warsaw', country: 'Poland' }, { id: 'berlin' }],
  });
  expect(await after.of('http://localhost:1')).toEqual(nothingSeen);
  expect(await after.of('__proto__')).toEqual(nothingSeen);
});

it('knows nothing where its file is damaged, and goes on', async () => {
  const folder = await newFolder();
  await writeFile(path.join(folder, 'seen.json'), '{"version":1,"origins":7}');
  const seen = new SeenOffers(folder, silentLogger);
  expect(await seen.of(origin)).toEqual(nothingSeen);
  await seen.note(origin, [location('warsaw', 'h100')]);
  expect((await seen.of(origin)).models).toEqual(['h100']);
});

it('stays small, whatever a service lists', () => {
  const many = Array.from({ length: 1_000 }, (_, number) => location(`${number}`, `gpu-${number}`));
  const seen = addSeen(nothingSeen, many);
  expect(seen.models).toHaveLength(200);
  expect(seen.locations).toHaveLength(300);
  expect(seen.models.at(-1)).toBe('gpu-999');
  expect(addSeen(seen, many.slice(-1))).toBe(seen);
});
