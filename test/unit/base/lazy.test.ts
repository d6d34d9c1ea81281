import { expect, test, vi } from 'vitest';
import { Lazy } from '../../../src/base/lazy';

test('is loaded once, when it is needed, and disposed only then', async () => {
  const dispose = vi.fn();
  const load = vi.fn(async () => Promise.resolve({ dispose, name: 'page' }));
  const unused = new Lazy(load);
  const use = vi.fn();
  unused.ifLoaded(use);
  await unused.dispose();
  expect(load).not.toHaveBeenCalled();

  const lazy = new Lazy(load);
  expect(await Promise.all([lazy.get(), lazy.get()])).toMatchObject([{ name: 'page' }, { name: 'page' }]);
  lazy.ifLoaded(use);
  await lazy.dispose();
  expect(load).toHaveBeenCalledOnce();
  expect(use).toHaveBeenCalledOnce();
  expect(dispose).toHaveBeenCalledOnce();
});
