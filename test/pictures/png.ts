import { writeFile } from 'node:fs/promises';
import { constants, crc32, deflateSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import * as v from 'valibot';

/** Of a picture, which has four bits a pixel. */
const colorCount = 10;

const indexedPicture = v.object({
  width: v.number(),
  height: v.number(),
  /** Red, green, blue, and opacity of each color. */
  colors: v.array(v.tuple([v.number(), v.number(), v.number(), v.number()])),
  /** The color of each pixel, from the top left. */
  pixels: v.string(),
});

/**
 * Runs in the page: chooses colors that are frequent and differ, less so the more are chosen, and gives each pixel the
 * nearest one. Text and flat areas, which is what a window is made of, stay sharp.
 */
const reduce = `async (png, most) => {
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const parts = (color) => [color & 255, (color >>> 8) & 255, (color >>> 16) & 255, color >>> 24];
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const frequent = [...counts].sort((one, other) => other[1] - one[1]).map(([color]) => parts(color));
  // Few pixels have a hue; those of a state's icon must keep it.
  const hue = ([red, green, blue]) => [2 * (red - green), 2 * (green - blue)];
  const squares = (one, other) => one.reduce((sum, part, index) => sum + (part - other[index]) ** 2, 0);
  const distance = (one, other) => squares(one, other) + squares(hue(one), hue(other));
  const colors = [];
  for (let apart = 6000; apart > 1 && colors.length < most; apart /= 2) {
    for (const color of frequent) {
      if (colors.length < most && colors.every((chosen) => distance(chosen, color) > apart)) colors.push(color);
    }
  }
  const nearest = new Map();
  for (const pixel of counts.keys()) {
    const distances = colors.map((color) => distance(color, parts(pixel)));
    nearest.set(pixel, distances.indexOf(Math.min(...distances)));
  }
  const indices = Array.from(pixels, (pixel) => String.fromCharCode(nearest.get(pixel)));
  return { width, height, colors, pixels: btoa(indices.join('')) };
}`;

/** Writes a picture with few colors as PNG and returns its size in bytes. */
export async function writePicture(browser: Browser, file: string, png: Buffer): Promise<number> {
  const page = await browser.newPage();
  try {
    const given = `${JSON.stringify(png.toString('base64'))}, ${colorCount}`;
    const picture = v.parse(indexedPicture, await page.evaluate<unknown>(`(${reduce})(${given})`));
    const bytes = encode(picture);
    await writeFile(file, bytes);
    return bytes.length;
  } finally {
    await page.close();
  }
}

/** A PNG with four bits a pixel. */
function encode({ width, height, colors, pixels }: v.InferOutput<typeof indexedPicture>): Buffer {
  const indices = Buffer.from(pixels, 'base64');
  // Each row begins with a 0: its pixels are as they are, no differences.
  const stride = 1 + Math.ceil(width / 2);
  const rows = Buffer.alloc(stride * height);
  for (const [index, color] of indices.entries()) {
    const x = index % width;
    const at = stride * Math.floor(index / width) + 1 + (x >> 1);
    rows.writeUInt8(rows.readUInt8(at) | (x % 2 === 0 ? color << 4 : color), at);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([4, 3], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(colors.flatMap((color) => color.slice(0, 3)))),
    chunk('tRNS', Buffer.from(colors.map(([, , , opacity]) => opacity))),
    chunk('IDAT', smallest(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Which way is the best differs from picture to picture. */
function smallest(rows: Buffer): Buffer {
  const { Z_DEFAULT_STRATEGY, Z_FILTERED } = constants;
  const made = [Z_DEFAULT_STRATEGY, Z_FILTERED].flatMap((strategy) =>
    [5, 6, 7, 8, 9].map((memLevel) => deflateSync(rows, { level: 9, memLevel, strategy })),
  );
  return made.reduce((least, each) => (each.length < least.length ? each : least));
}

function chunk(name: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}
