/* global require, module, __dirname */
// Packs the translations of the source's texts into one file, which src/vscode/texts.ts reads.
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { brotliCompressSync, constants } = require('node:zlib');

const folder = path.join(__dirname, 'l10n');

function read(name) {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
}

/** Writes `dist/texts.br`. Without `small` that takes no noticeable time. */
function writeTexts(small) {
  const english = Object.keys(read('bundle.l10n.json'));
  const languages = readdirSync(folder).flatMap((name) => /^bundle\.l10n\.(.+)\.json$/.exec(name)?.[1] ?? []);
  const texts = { en: english };
  for (const language of languages) {
    const translated = read(`bundle.l10n.${language}.json`);
    texts[language] = english.map((text) => translated[text] ?? text);
  }
  const params = { [constants.BROTLI_PARAM_QUALITY]: small ? constants.BROTLI_MAX_QUALITY : 1 };
  const packed = brotliCompressSync(JSON.stringify(texts), { params });
  mkdirSync(path.join(__dirname, 'dist'), { recursive: true });
  writeFileSync(path.join(__dirname, 'dist/texts.br'), packed);
}

module.exports = { writeTexts };
