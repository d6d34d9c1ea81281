import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import * as v from 'valibot';
import { projectRoot } from '../workbench/install';

/** A language that nobody speaks: VS Code's own name for it. */
export const pseudoLanguage = 'qps-ploc';

const plain = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const accented = 'ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž';

/** What stays: placeholders, links, code, and icons. */
const kept = /(\{\d+\}|\]\([^)]*\)|`[^`]*`|\$\([a-z-]+\)|\n)/;

/** `⟦Šţöþ Îñšţåñçé ···⟧`: a text without one English letter, 40% longer in words that a line can end after. */
export function pseudo(text: string): string {
  const lines = text.split('\n').map((line) => {
    const letters = line.replace(kept, '').length;
    const more = 'ẋẋẋẋẋ '.repeat(Math.ceil((letters * 0.4) / 6)).slice(0, Math.ceil(letters * 0.4));
    // A link on a line of its own is a button only if nothing else is there.
    if (/^\[[^\]]*\]\([^)]*\)$/.test(line)) return replaced(line.replace(/^\[([^\]]*)/, `[⟦$1 ${more}⟧`));
    return line === '' ? '' : replaced(`⟦${line} ${more}⟧`);
  });
  return lines.join('\n');
}

function replaced(line: string): string {
  return line
    .split(kept)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replaceAll(/[A-Za-z]/g, (letter) => accented[plain.indexOf(letter)] ?? letter),
    )
    .join('');
}

/** Copies the built extension, with the pseudo language alone, into a new folder, and returns that. */
export async function pseudoExtension(folder: string): Promise<string> {
  // No links: VS Code gives its texts to files that are really in the extension's folder.
  for (const name of ['package.json', 'package.nls.json', 'dist', 'media', 'skills']) {
    const filter = (file: string): boolean => !file.endsWith('.map');
    await cp(path.join(projectRoot, name), path.join(folder, name), { recursive: true, filter });
  }
  const titles = Object.entries(await textsOf('package.nls.json')).map(([key, text]) => [key, pseudo(text)]);
  const file = path.join(folder, `package.nls.${pseudoLanguage}.json`);
  await writeFile(file, JSON.stringify(Object.fromEntries(titles)));
  const en = Object.keys(await textsOf('l10n/bundle.l10n.json'));
  const packed = JSON.stringify({ en, [pseudoLanguage]: en.map(pseudo) });
  await writeFile(path.join(folder, 'dist/texts.br'), brotliCompressSync(packed));
  return folder;
}

/** The texts of a file of ours, by name. */
export async function textsOf(file: string): Promise<Readonly<Record<string, string>>> {
  return v.parse(
    v.record(v.string(), v.string()),
    JSON.parse(await readFile(path.join(projectRoot, file), 'utf8')),
  );
}
