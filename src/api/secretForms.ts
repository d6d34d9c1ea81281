/** Shorter pieces of Base64 would match by chance. */
const shortestBase64 = 6;
/** The service may cut what it repeats: so many first characters of a token or a password are as secret as all of it. */
const shortestCut = 12;
const longestCut = 300;
/** A pattern for a longer secret would be slow. Longer ones are only found unescaped. */
const longestPattern = 5_000;

/**
 * Patterns that find a secret unchanged, escaped for JSON, HTML, or a URL (each character in its own way, and also
 * several times over), cut at its end, and in Base64, even inside a longer Base64 text. Matching takes linear time.
 */
export function formsOf(secret: string): RegExp[] {
  if (secret === '') return [];
  if (secret.length > longestPattern) return [new RegExp(literally(secret), 'g')];
  return [new RegExp(escapedForms(secret), 'g'), ...base64Forms(secret)];
}

function escapedForms(secret: string): string {
  // Backslashes are doubled by escaping, so a run of them is one part of the pattern.
  const parts = (secret.match(/\\+|[^\\]/gu) ?? []).map((part) =>
    part.startsWith('\\')
      ? String.raw`(?:(?:\\+(?:u005|x5)[cC])+|\\+|(?:%(?:25)*5[cC])+|(?:&(?:amp;)*(?:#92|#x5[cC]);?)+)`
      : anyForm(part),
  );
  if (parts.length < shortestCut || parts.length > longestCut || /\s/.test(secret)) return parts.join('');
  return (
    parts.slice(0, shortestCut).join('') +
    parts.slice(shortestCut).reduceRight((rest, part) => `(?:${part}${rest})?`, '')
  );
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '/': '/',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\b': 'b',
  '\f': 'f',
};

const entities: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

/** A pattern for one character in every form. */
function anyForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const bytes = [...Buffer.from(character, 'utf8')];
  const forms = [
    units.map((unit) => String.raw`\\+u` + hex(unit, 4)).join(''),
    code > 0xff ? undefined : String.raw`\\+x` + hex(code, 2),
    shortEscapes[character] === undefined ? undefined : String.raw`\\+` + shortEscapes[character],
    entities[character] === undefined ? undefined : `&(?:amp;)*${entities[character]};`,
    `&(?:amp;)*#0*${code};?`,
    `&(?:amp;)*#[xX]0*${hex(code, 1)};?`,
    bytes.map((byte) => `%(?:25)*${hex(byte, 2)}`).join(''),
    character === ' ' ? String.raw`\+` : undefined,
    literally(character),
  ];
  return `(?:${forms.filter((form) => form !== undefined).join('|')})`;
}

function hex(value: number, digits: number): string {
  return value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Base64 of the secret at each of the three offsets that it can have in a longer text. */
function base64Forms(secret: string): RegExp[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and last characters also contain bits of the text around the secret.
    const certain = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    if (certain.length < shortestBase64) return [];
    const anyAlphabet = Array.from(certain, (character) =>
      character === '+' ? '(?:[+-]|%2[bB])' : character === '/' ? String.raw`(?:\\*[/_]|%2[fF])` : character,
    );
    return [new RegExp(anyAlphabet.join(''), 'g')];
  });
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
