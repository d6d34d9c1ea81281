import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { projectRoot } from '../workbench/install';

const manifest = v.object({
  contributes: v.optional(
    v.object({
      commands: v.optional(
        v.array(v.object({ command: v.string(), title: v.string(), category: v.optional(v.string()) })),
        [],
      ),
    }),
    {},
  ),
});

/** The line in the Command Palette for a command ID in our manifest, `Category: Title`. Returns any other text unchanged. */
export function commandTitle(titleOrId: string): string {
  const { category, title } = titleOf(titleOrId);
  return category ? `${category}: ${title}` : title;
}

/** The text in menus and on buttons for a command ID in our manifest. Returns any other text unchanged. */
export function menuTitle(titleOrId: string): string {
  return titleOf(titleOrId).title;
}

function titleOf(titleOrId: string): { readonly title: string; readonly category?: string } {
  const { contributes } = v.parse(manifest, readJson('package.json'));
  const command = contributes.commands.find((entry) => entry.command === titleOrId);
  if (!command) return { title: titleOrId };
  const texts = existsSync(path.join(projectRoot, 'package.nls.json'))
    ? v.parse(v.record(v.string(), v.string()), readJson('package.nls.json'))
    : {};
  const localized = (text: string): string =>
    text.replace(/^%(.+)%$/, (whole, key: string) => texts[key] ?? whole);
  return { title: localized(command.title), category: command.category && localized(command.category) };
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(path.join(projectRoot, name), 'utf8'));
}
