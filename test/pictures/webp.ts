import { writeFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import * as v from 'valibot';

/** A PNG, and for how many milliseconds an animation shows it. */
export interface Frame {
  readonly png: Buffer;
  readonly ms: number;
}

const encodedFrames = v.array(
  v.object({ x: v.number(), y: v.number(), width: v.number(), height: v.number(), webp: v.string() }),
);

/**
 * Runs in the page: encodes what each picture changes of the one before, by sharp edges or smooth areas, whichever is
 * smaller. An animation places parts at even positions only.
 */
const encode = `async (pngs) => {
  const changed = (before, after, width, height) => {
    let [left, top, right, bottom] = [width, height, 0, 0];
    for (let index = 0; index < after.length; index += 1) {
      if (before && before[index] === after[index]) continue;
      const x = index % width, y = (index - x) / width;
      left = Math.min(left, x); right = Math.max(right, x + 1);
      top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
    }
    if (right === 0) return { x: 0, y: 0, width: 2, height: 2 };
    const x = left - (left % 2), y = top - (top % 2);
    return { x, y, width: right - x, height: bottom - y };
  };
  const frames = [];
  let before;
  for (const png of pngs) {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
    const { width, height } = image;
    const whole = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    whole.drawImage(image, 0, 0);
    const after = new Uint32Array(whole.getImageData(0, 0, width, height).data.buffer);
    const part = changed(before, after, width, height);
    const canvas = document.createElement('canvas');
    canvas.width = part.width;
    canvas.height = part.height;
    canvas.getContext('2d').drawImage(image, -part.x, -part.y);
    const [webp] = [0.6, 1].map((quality) => canvas.toDataURL('image/webp', quality).split(',')[1])
      .sort((one, other) => one.length - other.length);
    frames.push({ ...part, webp });
    before = after;
  }
  return frames;
}`;

/** Writes an animation that repeats without end as WebP and returns its size in bytes. */
export async function writeAnimation(
  browser: Browser,
  file: string,
  frames: readonly Frame[],
): Promise<number> {
  const parts = await encodeAll(
    browser,
    frames.map(({ png }) => png),
  );
  const [first] = parts;
  if (!first) throw new Error('An animation needs a frame');
  const body = [
    chunk('VP8X', bytesOf([0x02, 1], [0, 3], [first.width - 1, 3], [first.height - 1, 3])),
    chunk('ANIM', bytesOf([0, 4], [0, 2])),
    ...parts.map(({ x, y, width, height, webp }, index) => {
      const place = bytesOf([x / 2, 3], [y / 2, 3], [width - 1, 3], [height - 1, 3]);
      // 2: replaces what is below it instead of blending with it.
      const how = bytesOf([frames[index]?.ms ?? 0, 3], [2, 1]);
      return chunk('ANMF', Buffer.concat([place, how, imageChunks(Buffer.from(webp, 'base64'))]));
    }),
  ];
  const bytes = riff(Buffer.concat(body));
  await writeFile(file, bytes);
  return bytes.length;
}

async function encodeAll(
  browser: Browser,
  pngs: readonly Buffer[],
): Promise<v.InferOutput<typeof encodedFrames>> {
  const page = await browser.newPage();
  try {
    const list = JSON.stringify(pngs.map((png) => png.toString('base64')));
    return v.parse(encodedFrames, await page.evaluate<unknown>(`(${encode})(${list})`));
  } finally {
    await page.close();
  }
}

/** The chunks of a WebP file that hold the image itself. */
function imageChunks(file: Buffer): Buffer {
  const found: Buffer[] = [];
  for (let at = 12; at < file.length;) {
    const length = file.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (['ALPH', 'VP8 ', 'VP8L'].includes(file.toString('latin1', at, at + 4))) {
      found.push(file.subarray(at, end));
    }
    at = end;
  }
  return Buffer.concat(found);
}

function chunk(name: string, data: Buffer): Buffer {
  const padding = Buffer.alloc(data.length % 2);
  return Buffer.concat([Buffer.from(name, 'latin1'), bytesOf([data.length, 4]), data, padding]);
}

function riff(data: Buffer): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP', 'latin1'), data]));
}

/** Numbers as unsigned little-endian bytes, each in as many as it's said to take. */
function bytesOf(...fields: readonly (readonly [value: number, length: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([value, length]) => {
      const bytes = Buffer.alloc(length);
      bytes.writeUIntLE(value, 0, length);
      return bytes;
    }),
  );
}
