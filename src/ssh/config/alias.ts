/** The length of one label of a host name. */
const maxLength = 63;
const prefix = 'td-';

/** Whether a text has the form of our aliases. */
export function isAlias(text: string): boolean {
  return text.length <= maxLength && /^td-[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}

/**
 * A new alias for an instance: `td-<slug of the name>`, or `td-<first 8 characters of the id>` if the name has no usable
 * characters; followed by a number if that is taken. `taken` holds lower-case names.
 */
export function allocateAlias(name: string, id: string, taken: ReadonlySet<string>): string {
  const stem = slug(name) || slug(id.slice(0, 8)) || 'instance';
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : `-${count}`;
    const room = maxLength - prefix.length - suffix.length;
    const alias = `${prefix}${stem.slice(0, room).replace(/-+$/, '')}${suffix}`;
    if (!taken.has(alias)) return alias;
  }
}

function slug(text: string): string {
  return text
    .slice(0, 1000)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
