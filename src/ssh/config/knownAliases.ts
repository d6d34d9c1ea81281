import { readdir } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';
import { glob } from 'ssh-config';
import { byteOrderMark, parseLine, splitLines } from './configText';
import { readConfigFile } from './configFile';
import { absolute, type SshPaths } from './paths';

/** OpenSSH goes no deeper. */
const maxDepth = 16;
const maxFiles = 500;

/**
 * The host names that the person's config lists without wildcards, in lower case, including those of the files it
 * includes as far as they can be read; without our own file.
 */
export async function knownAliases(paths: SshPaths): Promise<Set<string>> {
  const names = new Set<string>();
  const seen = new Set([paths.ownConfig]);
  const visit = async (file: string, depth: number): Promise<void> => {
    if (seen.has(file) || seen.size > maxFiles || depth > maxDepth) return;
    seen.add(file);
    const text = await readConfigFile(file).then(
      (state) => state.text ?? '',
      () => '', // The edit of the person's file reports what can't be read.
    );
    for (const { text: line } of splitLines(text.replace(byteOrderMark, ''))) {
      const parsed = parseLine(line);
      if (parsed?.keyword === 'host') {
        for (const name of parsed.values) if (!/[*?!]/.test(name)) names.add(name.toLowerCase());
      } else if (parsed?.keyword === 'include') {
        for (const pattern of parsed.values) {
          for (const included of await expand(pattern, paths)) await visit(included, depth + 1);
        }
      }
    }
  };
  await visit(paths.personConfig, 0);
  return names;
}

/** The files that an `Include` names; any part of the path may have wildcards. */
async function expand(pattern: string, { home, platform }: SshPaths): Promise<string[]> {
  const anchored = /^(?:~|[\\/]|[A-Za-z]:)/.test(pattern) ? pattern : join(home, '.ssh', pattern);
  const path = absolute(anchored, home, platform);
  const { root } = parse(path);
  let places = [root];
  for (const part of path.slice(root.length).split(sep)) {
    if (!/[*?]/.test(part)) {
      places = places.map((place) => join(place, part));
      continue;
    }
    const inside = await Promise.all(
      places.map(async (place) => {
        const children = await readdir(place).catch(() => []);
        const visible = children.filter((child) => !child.startsWith('.') || part.startsWith('.'));
        return visible.filter((child) => glob([part], child)).map((child) => join(place, child));
      }),
    );
    places = inside.flat().slice(0, maxFiles);
  }
  return places;
}
