import * as l10n from '@vscode/l10n';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import * as v from 'valibot';

/** The texts of each language in the same order: those of `en` are what the source says. */
const packed = v.record(v.string(), v.array(v.string()));

/** What we use of VS Code's own `l10n`. */
export interface Texts {
  readonly t: typeof l10n.t;
  /** From English to the language; missing if that is English, or one that we don't have. */
  readonly bundle: Readonly<Record<string, string>> | undefined;
}

/**
 * Takes the place of `vscode.l10n` in the bundles, which pack all languages together: VS Code would have each in a file
 * of its own, with all English texts in every one. `folder`: where the build writes `texts.br`.
 */
export function textsOf(language: string, folder: string): Texts {
  const bundle = language === 'en' ? undefined : readTexts(language, path.join(folder, 'texts.br'));
  if (bundle) l10n.config({ contents: bundle });
  return { t: l10n.t, bundle };
}

function readTexts(language: string, file: string): Texts['bundle'] {
  const all = v.parse(packed, JSON.parse(brotliDecompressSync(readFileSync(file)).toString('utf8')));
  const [from, to] = [all.en, all[language]];
  return from && to && Object.fromEntries(from.map((text, at) => [text, to[at] ?? text]));
}
