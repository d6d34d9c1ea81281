import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as vscode from 'vscode';
import { pageHtml } from '../../../../src/views/pages/html';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const webview = {
  asWebviewUri: (uri: vscode.Uri) => uri,
  cspSource: 'https://page.example',
} as vscode.Webview;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tensordock-page-'));
  await mkdir(path.join(folder, 'dist/webview'), { recursive: true });
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const html = (): string => pageHtml(webview, vscode.Uri.file(folder), 'create');

test('a page loads the parts of its script beside it, and nothing that the policy doesn’t name', async () => {
  await writeFile(
    path.join(folder, 'dist/webview/create.js'),
    'import{a}from"./chunk-ONE.js";import{b}from"./chunk-TWO.js";const c="./chunk-NO.js";',
  );
  const nonce = /script-src 'nonce-([^']+)'/.exec(html())?.[1];
  expect(nonce).toMatch(/^[\w+/]{24}$/);
  const page = html();
  const [used] = /(?<=script-src 'nonce-)[^']+/.exec(page) ?? [];
  const loaded = [
    ...page.matchAll(
      /<(?:link rel="modulepreload"|script type="module") nonce="([^"]+)" (?:href|src)="[^"]*\/([^"/]+)"/g,
    ),
  ];
  expect(loaded.map(([, by, file]) => [by === used, file])).toEqual([
    [true, 'chunk-ONE.js'],
    [true, 'chunk-TWO.js'],
    [true, 'create.js'],
  ]);
  expect(used).not.toBe(nonce);
});

test('a page keeps what arrives before its own script, in order, and only that', () => {
  const script = /<script nonce="[^"]+">([^<]+)<\/script>/.exec(html())?.[1] ?? expect.fail();
  expect(html().indexOf(script)).toBeLessThan(html().indexOf('<link'));
  const page = new EventTarget() as EventTarget & { takeEarlyMessages?: () => readonly unknown[] };
  const arrives = (data: string): boolean => page.dispatchEvent(new MessageEvent('message', { data }));
  runInNewContext(script, { window: page });
  arrives('first');
  arrives('second');
  expect(page.takeEarlyMessages?.()).toEqual(['first', 'second']);
  arrives('third');
  expect(page.takeEarlyMessages?.()).toEqual(['first', 'second']);
});

test('a page whose script can’t be read loads that alone, and says what is wrong by itself', () => {
  expect(html()).not.toContain('modulepreload');
  expect(html()).toContain('create.js');
});
