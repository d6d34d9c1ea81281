import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

type Texts = Readonly<Record<string, string>>;

function read(file: string): Texts {
  return v.parse(v.record(v.string(), v.string()), JSON.parse(readFileSync(path.join(root, file), 'utf8')));
}

/** The first argument of each `l10n.t(…)` in a source file: its text, or where it is if it's put together. */
function textsIn(name: string, code: string): { texts: string[]; unclear: string[] } {
  const found = { texts: [] as string[], unclear: [] as string[] };
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /\bl10n\s*\.\s*t$/.test(node.expression.getText(source))) {
      const [text] = node.arguments;
      if (text && ts.isStringLiteralLike(text)) found.texts.push(text.text);
      else found.unclear.push(`${name}: ${node.getText(source)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a translation may not change: placeholders, link targets, code, icons, line breaks, and a last “…”. */
function fixedParts(text: string): readonly string[] {
  const parts = text.match(/\{\d+\}|\]\([^)]*\)|`[^`]*`|\$\([a-z-]+\)|\n/g) ?? [];
  return [...parts, ...(text.endsWith('…') ? ['…'] : []), ...(text === text.trim() ? [] : ['space'])].sort();
}

/** What is wrong with a translation, one line per text. */
function problems(english: Texts, translated: Texts): readonly string[] {
  const names = new Set([...Object.keys(english), ...Object.keys(translated)]);
  return [...names].flatMap((name) => {
    const [from, to] = [english[name], translated[name]];
    if (from === undefined) return [`unused: ${name}`];
    if (to === undefined) return [`missing: ${name}`];
    if (to.trim() === '') return [`empty: ${name}`];
    const [wanted, got] = [fixedParts(from).join(' '), fixedParts(to).join(' ')];
    return wanted === got ? [] : [`other parts (${got} instead of ${wanted}): ${name}`];
  });
}

const bundle = read('l10n/bundle.l10n.json');
const manifest = read('package.nls.json');
const languages = (folder: string, pattern: RegExp): readonly string[] =>
  readdirSync(path.join(root, folder)).flatMap((name) => pattern.exec(name)?.[1] ?? []);

test('the bundle has the texts of the source: `npm run l10n` writes it', () => {
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(path.join(root, 'src', name), 'utf8')] as const)
    .filter(([, code]) => /\bl10n\s*\.\s*t\b/.test(code))
    .map(([name, code]) => textsIn(name, code));
  expect(found.flatMap(({ unclear }) => unclear)).toEqual([]);
  const texts = new Set(found.flatMap((each) => each.texts));
  expect(problems(Object.fromEntries([...texts].map((text) => [text, text])), bundle)).toEqual([]);
});

test('the manifest has its texts, and uses each', () => {
  const source = readFileSync(path.join(root, 'package.json'), 'utf8');
  const used = [...source.matchAll(/"%([^%"]+)%"/g)].map(([, name = '']) => [name, manifest[name] ?? name]);
  expect(problems(Object.fromEntries(used) as Texts, manifest)).toEqual([]);
});

describe('each language', () => {
  const translated = languages('l10n', /^bundle\.l10n\.(.+)\.json$/);

  test('has both files', () => {
    expect(languages('.', /^package\.nls\.(.+)\.json$/)).toEqual(translated);
    expect(languages('media/walkthrough', /^agents\.nls\.(.+)\.md$/)).toEqual(translated);
  });

  test.each(translated)('%s says everything', (language) => {
    expect(problems(bundle, read(`l10n/bundle.l10n.${language}.json`))).toEqual([]);
    expect(problems(manifest, read(`package.nls.${language}.json`))).toEqual([]);
  });
});

test('the check finds what it looks for', () => {
  const english = { a: '{0} of {1}…', b: '[Sign In](command:x)', c: 'Type `user`.', d: 'Gone', e: 'Empty' };
  const wrong = { a: '{0} von {0}…', b: '[Anmelden](command:y)', c: 'Tippe „user“.', e: ' ', f: 'Neu' };
  expect(problems(english, wrong).map((line) => line.replace(/ .*: |: .*: /, ': '))).toEqual([
    'other: a',
    'other: b',
    'other: c',
    'missing: d',
    'empty: e',
    'unused: f',
  ]);
  expect(problems({ a: '{0} of {1}' }, { a: '{1} 个中的 {0} 个' })).toEqual([]);
  expect(textsIn('x.ts', "vscode.l10n.t('a'); l10n.t(`b` + c); l10n\n.t('d', 1)")).toEqual({
    texts: ['a', 'd'],
    unclear: ['x.ts: l10n.t(`b` + c)'],
  });
});
