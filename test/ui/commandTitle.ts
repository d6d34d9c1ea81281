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

/** The palette's line for a command of our manifest, `Category: Title`; any other text is returned as it is. */
export function commandTitle(titleOrId: string): string {
  const { contributes } = v.parse(manifest, readJson('package.json'));
  const command = contributes.commands.find((entry) => entry.command === titleOrId);
  if (!command) return titleOrId;
  const words = existsSync(path.join(projectRoot, 'package.nls.json'))
    ? v.parse(v.record(v.string(), v.string()), readJson('package.nls.json'))
    : {};
  const title = command.title.replace(/^%(.+)%$/, (whole, key: string) => words[key] ?? whole);
  const category = command.category?.replace(/^%(.+)%$/, (whole, key: string) => words[key] ?? whole);
  return category ? `${category}: ${title}` : title;
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(path.join(projectRoot, name), 'utf8'));
}
