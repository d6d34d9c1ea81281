import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

/** Words that the glossary replaces with another one, and phrases that read as if they were translated. */
const unwanted: readonly (readonly [RegExp, string])[] = [
  [/\bmachines?\b(?! learning)/i, 'instance'],
  [/\bVMs?\b/, 'instance'],
  [/\bplaces?\b/i, 'location'],
  [/\bhostnodes?\b/i, 'host node'],
  [/\bto be had\b/i, 'available'],
  [/\b(is|are) free\b/i, 'available'],
  [/\bId\b|\bids?\b/, 'ID'],
  [/\blog in\b|\blogged in\b/i, 'sign in'],
  [/\bfor ever\b|\bforever\b/i, 'permanently'],
  [/\bcalled? to mind\b/i, 'remind'],
  [/\btold\b/i, 'notified, reported'],
  [/\b(is|are|was|were) to be\b/i, 'plain active voice'],
  [/\bit (is|was) tried again\b|\bby itself\b/i, 'Retrying automatically'],
  [/\bcould not be noted\b|\bnot begun\b/i, 'wasn’t started'],
  [/\basked \d* ?(\{\d\} )?times\b/i, 'attempts'],
  [/\bsomebody\b|\bis in between\b/i, 'someone may be intercepting the connection'],
  [/\bgive yourself the right\b/i, 'check its permissions'],
  [/\bcannot stand in\b/i, 'isn’t valid in'],
  [/\bother people of this computer\b/i, 'its permissions are too open'],
  [/\btake another name\b/i, 'use another name'],
  [/\bsums are made of\b/i, 'totals are based on'],
  [/\b(driver|password) is inside\b/i, 'has no driver'],
  [/\{\d\} outside\b/, 'public port'],
  [/^Together\b/, 'Total'],
  [/\bthe dearest\b/i, 'highest'],
  [/\bis no (API )?token\b/i, 'isn’t a valid API token'],
  [/\blooks at\b|\blook first\b/i, 'refresh, check'],
  [/\bbut for this computer itself\b/i, 'except for localhost'],
  [/\bStart When a GPU Is Free\b/i, 'Start When Available'],
  [/\bdoes not fit the state\b/i, 'Not available for'],
  [/\bto be like\b|\b[Ww]hose \w+( \w+)? (key|address) is\b/, 'Select an instance to …'],
];

function problems(texts: Iterable<readonly [string, string]>): string[] {
  return [...texts].flatMap(([where, text]) =>
    unwanted
      .filter(([pattern]) => pattern.test(text))
      .map(([, better]) => `${where}: “${text}” (write: ${better})`),
  );
}

/** The literals of `l10n.t('…')` calls. */
function* sourceTexts(): Generator<readonly [string, string]> {
  const call = /\bl10n\s*\.\s*t\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    for (const [, literal = ''] of readFileSync(path.join(root, 'src', file), 'utf8').matchAll(call)) {
      yield [`src/${file}`, literal.slice(1, -1)];
    }
  }
}

function* manifestTexts(): Generator<readonly [string, string]> {
  const texts: unknown = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8'));
  for (const [key, text] of Object.entries(v.parse(v.record(v.string(), v.string()), texts))) {
    // Links to commands and pages aren't text.
    yield [`package.nls.json ${key}`, text.replaceAll(/\]\([^)]*\)/g, ']')];
  }
}

function* readmeTexts(): Generator<readonly [string, string]> {
  const lines = readFileSync(path.join(root, 'README.md'), 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    yield [`README.md:${index + 1}`, line.replaceAll(/`[^`]*`|\]\([^)]*\)/g, '')];
  }
}

test('texts in the source use the words of the glossary', () => {
  const texts = [...sourceTexts()];
  expect(texts.length).toBeGreaterThan(300);
  expect(problems(texts)).toEqual([]);
});

test('commands, settings, and welcome views use the words of the glossary', () => {
  expect(problems(manifestTexts())).toEqual([]);
});

test('the README uses the words of the glossary', () => {
  expect(problems(readmeTexts())).toEqual([]);
});

test('the check finds what it looks for', () => {
  const texts = [
    'The machine is to be had there.',
    'This hostnode is free.',
    'Copy Instance Id',
    '24399 outside'.replace('24399', '{0}'),
    'It is tried again by itself.',
  ].map((text) => [text, text] as const);
  expect(new Set(problems(texts).map((line) => line.split(':')[0])).size).toBe(texts.length);
  expect(problems([['fine', 'Machine learning on a host node: available with this ID.']])).toEqual([]);
});

test('commands that ask a question end with an ellipsis', () => {
  const titles = new Map(manifestTexts());
  for (const command of [
    'stopInstance',
    'deleteInstance',
    'restartInstance',
    'scheduleStop',
    'modifyInstance',
  ]) {
    expect(titles.get(`package.nls.json command.${command}`)).toMatch(/…$/);
  }
});
