/** Shorter pieces of Base64 would match by chance. */
const shortestBase64 = 6;
/** The service may cut what it repeats: so many first or last characters of a secret are as secret as all of it. */
const shortestCut = 12;
/** A pattern for more characters would be slow and, from some length on, too deep: a longer secret is found in pieces. */
const longestPiece = 300;

/**
 * Patterns that find a secret unchanged, escaped for JSON, HTML, or a URL (each character in its own way, and also
 * several times over), cut at its end or its start, and in Base64, even inside a longer Base64 text. Matching takes
 * linear time. The group `before` has what belongs to a match but precedes it.
 */
export function formsOf(secret: string): RegExp[] {
  const pieces = piecesOf(secret);
  // A token or a password is one piece. Its end alone is searched for as well.
  const escaped = [...pieces.map(escapedForms), ...(pieces.length === 1 ? pieces.flatMap(endForms) : [])];
  return [...escaped.map((form) => new RegExp(form, 'g')), ...base64Forms(secret)];
}

/** Backslashes are doubled by escaping, so a run of them is one part of a pattern, as is any other character. */
function piecesOf(secret: string): readonly (readonly string[])[] {
  const parts = secret.match(/\\+|[^\\]/gu) ?? [];
  const pieces: string[][] = [];
  for (let at = 0; at < parts.length; at += longestPiece) {
    const piece = parts.slice(at, at + longestPiece);
    // A short piece would match by chance.
    if (at > 0 && piece.length < shortestCut) pieces.at(-1)?.push(...piece);
    else pieces.push(piece);
  }
  return pieces;
}

function escapedForms(piece: readonly string[]): string {
  const parts = piece.map(partForm);
  if (!canBeCut(piece)) return parts.join('');
  return (
    parts.slice(0, shortestCut).join('') +
    parts.slice(shortestCut).reduceRight((rest, part) => `(?:${part}${rest})?`, '')
  );
}

/** The last characters; those before them only where these are, since trying them everywhere would take long. */
function endForms(piece: readonly string[]): string[] {
  if (!canBeCut(piece)) return [];
  const parts = piece.map(partForm);
  const last = parts.slice(-shortestCut).join('');
  const before = parts.slice(0, -shortestCut).reduce((rest, part) => `(?:${rest}${part})?`, '');
  return [`(?=${last})(?<=(?<before>${before}))${last}`];
}

function canBeCut(piece: readonly string[]): boolean {
  return piece.length >= shortestCut && !piece.some((part) => /\s/.test(part));
}

function partForm(part: string): string {
  return part.startsWith('\\')
    ? String.raw`(?:(?<!\\)(?:(?:\\+(?:u005|x5)[cC])+|\\+)|(?:%(?:25)*5[cC])+|(?:&(?:amp;)*(?:#92|#x5[cC]);?)+)`
    : anyForm(part);
}

/** Escaped up to five times over. Without limits, a text of many backslashes would take quadratic time. */
const backslashes = String.raw`\\{1,31}`;

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
    units.map((unit) => `${backslashes}u${hex(unit, 4)}`).join(''),
    code > 0xff ? undefined : `${backslashes}x${hex(code, 2)}`,
    shortEscapes[character] === undefined ? undefined : backslashes + shortEscapes[character],
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
