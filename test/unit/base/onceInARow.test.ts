import { expect, test, vi } from 'vitest';
import { onceInARow } from '../../../src/base/onceInARow';

test('any number of calls in a row is one, and a later call is another one', async () => {
  const work = vi.fn();
  const update = onceInARow(work);
  for (let count = 0; count < 5; count++) update();
  expect(work).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(work).toHaveBeenCalledTimes(1);
  update();
  await Promise.resolve();
  expect(work).toHaveBeenCalledTimes(2);
});

test('a call from the work itself is one more', async () => {
  const update = onceInARow(() => {
    if (++count === 1) update();
  });
  let count = 0;
  update();
  await vi.waitFor(() => expect(count).toBe(2));
});

test('nothing is done once it is disposed', async () => {
  const work = vi.fn();
  const update = onceInARow(work);
  update();
  update.dispose();
  update();
  await Promise.resolve();
  expect(work).not.toHaveBeenCalled();
});
