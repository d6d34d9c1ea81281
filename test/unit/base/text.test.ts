import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareName, messageText, plainText } from '../../../src/base/text';

/** The pattern that VS Code finds links by in notifications, progress titles and input boxes. */
const vsCodeLink = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
/** The pattern that VS Code finds icons by in labels. */
const vsCodeIcon = /\$\(([A-Za-z0-9-]+(?:~[A-Za-z]+)?)\)/;
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Texts made of the pieces that links and icons are made of, so that many runs come close to one. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '[',
        ']',
        '(',
        ')',
        '$',
        '`',
        '\n',
        '\r',
        '\u2028',
        '\u202e',
        '\u200b',
        '\ufeff',
        '\u3164',
      ),
      fc.constantFrom('](', '$(', 'command:', 'https://', 'file:', 'x', ' ', '\ud83d', '\u00ad', '\u{e0041}'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(''));

describe('plain text', () => {
  it('leaves ordinary names as they are, in any script', () => {
    for (const name of [
      'gpu-dev',
      'RTX 4090 ×2',
      'Zoë’s box',
      '训练机',
      'тест',
      'a_b (old) [2] #3',
      '__proto__',
    ]) {
      expect(plainText(name)).toBe(name);
    }
  });

  it('puts everything on one line without control, bidirectional or invisible characters', () => {
    expect(plainText(' a\r\n\tb\u202egnp.exe\u2069\u200b \u0007c\u2028d\u3164 ')).toBe('a bgnp.exe c d');
    fc.assert(fc.property(hostileText, (text) => !invisible.test(plainText(text))));
  });

  it('leaves no tower of marks that would cover other lines', () => {
    const tower = `a${'\u0301'.repeat(200)}b`;
    for (const clean of [plainText, messageText]) {
      expect(clean(tower)).toBe(`a${'\u0301'.repeat(5)}b`);
      expect(clean('Việt สวัสดีครับ שָׁלוֹם'.normalize('NFD'))).toBe('Việt สวัสดีครับ שָׁלוֹם'.normalize('NFD'));
    }
  });

  it('cuts what is too long, never through a character', () => {
    expect(plainText('😀😀😀😀', 3)).toBe('😀😀…');
    expect(plainText('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`);
    expect(plainText('abc', 3)).toBe('abc');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 40 }), (text, limit) => {
        expect(plainText(plainText(text, limit), limit)).toBe(plainText(text, limit));
      }),
    );
  });

  it('cleans a very long text quickly', () => {
    const started = performance.now();
    plainText(' '.repeat(100_000) + 'x');
    messageText('['.repeat(50_000) + ']('.repeat(25_000));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('message text', () => {
  it('leaves no link and no icon that VS Code would find', () => {
    for (const text of [
      '[Repair now](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22id%22%7D)',
      '[Sign in](https://example.test/)',
      '[x](file:///etc/passwd "title")',
      '[x]\u200b(command:a)',
      '[x]\u202e(command:a)',
      '[[x]](command:a)',
      '![x](http://example.test/p.png)',
    ]) {
      expect(messageText(text)).not.toMatch(vsCodeLink);
      expect(messageText(text)).not.toContain('](');
    }
    expect(messageText('$(error) \\$(sync~spin) $\u2060(bug)')).not.toMatch(vsCodeIcon);
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = messageText(text);
        expect(shown).not.toMatch(vsCodeLink);
        expect(shown).not.toMatch(vsCodeIcon);
        expect(shown.replaceAll('\n', '')).not.toMatch(invisible);
      }),
    );
  });

  it('leaves ordinary sentences and their paragraphs as they are', () => {
    const text =
      'Couldn’t start “gpu-dev” (RTX 4090): sold out.\n\n$0.49/hr. Files[1] in ~/.ssh/*.pub, see https://a.b/c.';
    expect(messageText(text)).toBe(text);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(messageText(messageText(text))).toBe(messageText(text));
      }),
    );
  });
});

describe('a bare name', () => {
  it('leaves ordinary names as they are, in any script', () => {
    for (const name of ['gpu-dev', 'RTX 4090 (2)', '训练机', 'тест_1', 'v1.2'])
      expect(bareName(name)).toBe(name);
  });

  it('leaves no character that Markdown makes links, images, or code of', () => {
    for (const text of [
      '[x](command:a)',
      '[x][y]',
      '<https://evil.example>',
      'https://evil.example',
      'wwwwww..evil.example',
      'me@evil.example',
      '`x`',
      '![x](https://evil.example/p.png)',
      '&#91;x&#93;',
      '$(flame)',
    ]) {
      expect(bareName(text)).not.toMatch(/[[\]<>:/@`!&$\\]|www\./i);
    }
    fc.assert(fc.property(hostileText, (text) => /^[\p{L}\p{M}\p{N} .()_…-]*$/u.test(bareName(text))));
  });
});
