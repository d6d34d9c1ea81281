/* global require, module, Buffer, __dirname */
// Says what is packed besides our own code: an SBOM (CycloneDX), and the licenses that go with it.
const { execFile } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { readFile, rm, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { promisify } = require('node:util');

const dist = path.join(__dirname, 'dist');
const generator = path.join(
  __dirname,
  'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js',
);

/** The terms of the MIT license, which our own has. */
const mit = readFileSync(path.join(__dirname, 'LICENSE'), 'utf8')
  .replace(/^[^]*?(?=Permission is)/, '')
  .trim();

/** The holders of the copyright of packages under the MIT license that don't bring its text along. */
const holders = new Map([
  ['@vscode/l10n', 'Microsoft Corporation'],
  ['data-uri-to-buffer', '2014 Nathan Rajlich <nathan@tootallnate.net>'],
]);

/** The text that a package's license asks to pass on. Of a choice of licenses we take MIT. */
function licenseOf(component) {
  const all = component.evidence?.licenses ?? [];
  const mitOnly = all.filter(({ license }) => license.name === 'file: LICENSE-MIT');
  const texts = (mitOnly.length > 0 ? mitOnly : all).map(({ license }) =>
    Buffer.from(license.text.content, license.text.encoding ?? 'utf8')
      .toString('utf8')
      .replaceAll('\r\n', '\n')
      .trim(),
  );
  if (texts.length > 0) return texts.join('\n\n');
  const holder = holders.get(fullName(component));
  if (!holder || component.licenses?.[0]?.license?.id !== 'MIT') {
    throw new Error(`${fullName(component)} is packed, but the text of its license isn't known`);
  }
  return `MIT License\n\nCopyright (c) ${holder}\n\n${mit}`;
}

function fullName({ group, name }) {
  return group ? `${group}/${name}` : name;
}

/**
 * Writes `dist/sbom.cdx.json` and `dist/THIRD_PARTY_NOTICES.txt` for all packages of which the build's metafile says
 * that something of them is in a bundle. Fails if one of them has no license text.
 */
async function writeNotices(metafile) {
  const meta = path.join(dist, 'metafile.json');
  const sbom = path.join(dist, 'sbom.cdx.json');
  await writeFile(meta, JSON.stringify(metafile));
  await promisify(execFile)(
    process.execPath,
    [generator, '--gather-license-texts', '--output-reproducible', '--output-file', sbom, meta],
    { cwd: __dirname },
  );
  await rm(meta);
  const { components } = JSON.parse(await readFile(sbom, 'utf8'));
  const notices = components
    .map((component) => ({
      title: `${fullName(component)} ${component.version}`,
      text: licenseOf(component),
    }))
    .sort((one, other) => one.title.localeCompare(other.title, 'en'));
  const text = [
    'The TensorDock extension contains parts of these packages.',
    ...notices.map(({ title, text }) => `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n\n${text}`),
  ];
  await writeFile(path.join(dist, 'THIRD_PARTY_NOTICES.txt'), `${text.join('\n\n')}\n`);
}

module.exports = { writeNotices };
