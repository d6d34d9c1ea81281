import { silentLogger } from '../../../src/base/logger';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { SharedFile } from '../../../src/base/sharedFile';
import { newFolder, own } from '../cost/support';

const schema = v.object({ count: v.number() });

function open(folder: string): SharedFile<{ readonly count: number }> {
  return new SharedFile(path.join(folder, 'deep', 'count.json'), schema, { count: 0 }, silentLogger);
}

/** The texts of the damaged copies beside a file, oldest first. */
async function damagedCopies(file: string): Promise<string[]> {
  const names = (await readdir(path.dirname(file))).sort();
  const copies = names.filter((name) => name.startsWith(`${path.basename(file)}.damaged-`));
  return Promise.all(copies.map((name) => readFile(path.join(path.dirname(file), name), 'utf8')));
}

describe('a file that windows share', () => {
  it('loses no change of many that are made at once', async () => {
    const folder = await newFolder();
    const windows = Array.from({ length: 4 }, () => open(folder));
    await Promise.all(
      windows.flatMap((window) =>
        Array.from({ length: 15 }, () => window.update(({ count }) => ({ count: count + 1 }))),
      ),
    );
    expect(await open(folder).read()).toEqual({ count: 60 });
    expect(await readdir(path.join(folder, 'deep'))).toEqual(['count.json']);
  });

  it('refuses what it couldn’t be read with again, and keeps what it has', async () => {
    const folder = await newFolder();
    const file = open(folder);
    await file.update(() => ({ count: 7 }));
    for (const count of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(file.update(() => ({ count }))).rejects.toThrow('count.json');
    }
    expect(await file.read()).toEqual({ count: 7 });
    expect(await open(folder).read()).toEqual({ count: 7 });
    expect(await damagedCopies(file.file)).toEqual([]);
  });

  it('is not written where nothing changes, and can be read by its owner alone', async () => {
    const folder = await newFolder();
    const file = open(folder);
    await file.update(() => ({ count: 7 }));
    const before = await stat(file.file);
    await file.update((current) => ({ ...current }));
    const after = await stat(file.file);
    expect(after.ino).toBe(before.ino);
    expect(after.mtimeMs).toBe(before.mtimeMs);
    if (process.platform !== 'win32') expect(after.mode & 0o777).toBe(0o600);
  });

  it('is not parsed again until another window, or anything else, has written it', async () => {
    const folder = await newFolder();
    const file = path.join(folder, 'count.json');
    let parsed = 0;
    const parse = (text: string): { readonly count: number } => {
      parsed += 1;
      return v.parse(schema, JSON.parse(text));
    };
    const one = new SharedFile(file, parse, { count: 0 }, silentLogger);
    const other = new SharedFile(file, schema, { count: 0 }, silentLogger);
    const written = await one.update(() => ({ count: 1 }));
    expect(await one.read()).toBe(written);
    await one.update(({ count }) => ({ count: count + 1 }));
    await one.update((current) => ({ ...current }));
    expect(parsed).toBe(0);
    for (let count = 3; count < 9; count += 1) {
      await other.update(() => ({ count }));
      expect(await one.read()).toEqual({ count });
      expect(await one.read()).toEqual({ count });
    }
    expect(parsed).toBe(6);
    await writeFile(file, JSON.stringify({ count: 1 }));
    expect(await one.update(({ count }) => ({ count: count + 1 }))).toEqual({ count: 2 });
    await rm(file);
    expect(await one.read()).toEqual({ count: 0 });
  });

  it('goes on after a step that throws', async () => {
    const file = open(await newFolder());
    const failing = file.update(() => {
      throw new Error('no');
    });
    const next = file.update(({ count }) => ({ count: count + 1 }));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toEqual({ count: 1 });
  });

  it('notifies other windows', async () => {
    const folder = await newFolder();
    const seen = vi.fn();
    own(open(folder).watch(seen));
    await vi.waitFor(() => expect(seen).toHaveBeenCalled(), 5_000);
    seen.mockClear();
    await open(folder).update(() => ({ count: 1 }));
    await vi.waitFor(() => expect(seen).toHaveBeenCalled(), 5_000);
  });

  it.each(['', '{"count":', '{"count":"7"}', '[]'])('keeps a damaged file beside it: %s', async (text) => {
    const folder = await newFolder();
    const file = open(folder);
    await mkdir(path.dirname(file.file));
    await writeFile(file.file, text);
    expect(await file.read()).toEqual({ count: 0 });
    await file.update(({ count }) => ({ count: count + 1 }));
    expect(await file.read()).toEqual({ count: 1 });
    expect(await damagedCopies(file.file)).toEqual([text]);
  });

  it('keeps the first damaged file when it is damaged again, and only a few of many', async () => {
    const file = open(await newFolder());
    await mkdir(path.dirname(file.file));
    for (let time = 1; time <= 12; time++) {
      await writeFile(file.file, `damaged ${time}`);
      expect(await file.read()).toEqual({ count: 0 });
    }
    const kept = await damagedCopies(file.file);
    expect(kept).toHaveLength(5);
    expect(kept[0]).toBe('damaged 1');
    expect(kept.at(-1)).toBe('damaged 12');
  });

  it('reports a damaged file once, however many windows read it', async () => {
    const folder = await newFolder();
    const target = path.join(folder, 'count.json');
    await writeFile(target, '{"count":');
    const onDamaged = vi.fn();
    const windows = Array.from(
      { length: 4 },
      () => new SharedFile(target, schema, { count: 0 }, silentLogger, { onDamaged }),
    );
    await Promise.all(windows.map((window) => window.read()));
    await Promise.all(windows.map((window) => window.read()));
    expect(onDamaged).toHaveBeenCalledOnce();
  });

  it('is left alone where it cannot be read', async () => {
    const folder = await newFolder();
    const file = open(folder);
    // A folder in its place: an error that also holds for the superuser.
    await mkdir(file.file, { recursive: true });
    await chmod(file.file, 0o700);
    await expect(file.read()).rejects.toThrow('EISDIR');
    await expect(file.update(() => ({ count: 1 }))).rejects.toThrow('EISDIR');
    expect((await stat(file.file)).isDirectory()).toBe(true);
  });
});

describe('a file that windows share, in a folder of its own', () => {
  it('is created private even where the umask is open', async () => {
    if (process.platform === 'win32') return;
    const folder = await newFolder();
    const before = process.umask(0);
    try {
      const file = open(folder);
      await file.update(() => ({ count: 1 }));
      expect((await stat(path.dirname(file.file))).mode & 0o777).toBe(0o700);
      expect((await stat(file.file)).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('keeps changes in memory where it cannot be written, says so once, and writes when it can again', async () => {
    const folder = await newFolder();
    // A file in place of the folder: an error that also holds for the superuser.
    await writeFile(path.join(folder, 'deep'), '');
    const onUnwritable = vi.fn();
    const file = new SharedFile(path.join(folder, 'deep', 'count.json'), schema, { count: 0 }, silentLogger, {
      onUnwritable,
    });
    expect(await file.read()).toEqual({ count: 0 });
    await file.update(({ count }) => ({ count: count + 1 }));
    expect(await file.update(({ count }) => ({ count: count + 1 }))).toEqual({ count: 2 });
    expect(await file.read()).toEqual({ count: 2 });
    expect(onUnwritable).toHaveBeenCalledTimes(1);

    await rm(path.join(folder, 'deep'));
    await file.update(({ count }) => ({ count: count + 1 }));
    expect(await open(folder).read()).toEqual({ count: 3 });
  });

  it('reports where a damaged file was kept', async () => {
    const folder = await newFolder();
    const onDamaged = vi.fn();
    const target = path.join(folder, 'count.json');
    await writeFile(target, '{"count":');
    const file = new SharedFile(target, schema, { count: 0 }, silentLogger, { onDamaged });
    await file.update(() => ({ count: 5 }));
    const [kept] = (await readdir(folder)).filter((name) => name.includes('.damaged-'));
    expect(onDamaged).toHaveBeenCalledExactlyOnceWith(path.join(folder, kept ?? ''));
  });
});
