import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { makeInstance, makePlace, sshG, valuesOf } from './support';

const everything = `Host *
  HostName 203.0.113.99
  Port 99
  User nobody
  IdentityFile /nowhere/key
  IdentitiesOnly no
  HostKeyAlias other
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  Compression yes
  ServerAliveInterval 30
`;
const simple = 'Host other\n  HostName 198.51.100.1\n  User bob\n';

/** Files as people have them, by their kind; each is one line in the table. */
const files: Record<string, string | Buffer> = {
  'an empty file': '',
  'a blank line': '\n',
  'blank lines and spaces': '\n   \n\t\n\n',
  'a comment alone': '# my hosts\n',
  'a comment without a line end': '# my hosts',
  'one host': simple,
  'no newline at the end': simple.trimEnd(),
  'several newlines at the end': `${simple}\n\n\n`,
  CRLF: simple.replaceAll('\n', '\r\n'),
  'CRLF without the last': simple.trimEnd().replaceAll('\n', '\r\n'),
  'mixed line ends, LF first': 'Host other\n  User bob\r\n  Port 2201\n',
  'mixed line ends, CRLF first': 'Host other\r\n  User bob\n  Port 2201\r\n',
  'a BOM before a comment': `\uFEFF# mine\n${simple}`,
  'a BOM before a host': `\uFEFF${simple}`,
  'a BOM and CRLF': `\uFEFF${simple.replaceAll('\n', '\r\n')}`,
  'a BOM alone': '\uFEFF',
  tabs: 'Host\tother\n\tHostName\t198.51.100.1\n\tUser\tbob\n',
  'no indentation': 'Host other\nUser bob\nPort 2201\n',
  'indented hosts': '   Host other\n      User bob\n',
  'equals signs': 'Host=other\n  User = bob\n  Port=2201\n',
  'upper case keywords': 'HOST other\n  USER bob\n  PORT 2201\n',
  'quoted values': 'Host "other"\n  User "bob"\n  IdentityFile "/a b/c"\n',
  'a quoted keyword': '"Host" other\n  "User" bob\n',
  'single quotes': "Host other\n  IdentityFile '/a b/c'\n",
  'a comment behind a value': 'Host other # note\n  User bob # another\n  Port 2201 # more\n',
  'a hash without a space': 'Host other\n  User bob#1\n',
  'a comment between lines of a host': 'Host other\n  # here\n  User bob\n# there\n  Port 2201\n',
  'trailing spaces': 'Host other   \n  User bob\t \n',
  'form feeds at line ends': 'Host other\f\n  User bob\f\n',
  'a host of many names': 'Host other plain third\n  User bob\n',
  wildcards: 'Host oth* pl?in\n  User bob\n',
  'a negation': 'Host * !other\n  User bob\n',
  'Host * first': `Host *\n  User star\n\n${simple}`,
  'Host * last': `${simple}\nHost *\n  User star\n  Port 2299\n`,
  'a Host * that sets everything': everything,
  'that, in CRLF': everything.replaceAll('\n', '\r\n'),
  'global options first': `User global\nPort 2200\nStrictHostKeyChecking no\n${simple}`,
  'global options alone': 'StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nUser global',
  'a Match all': `${simple}Match all\n  User matched\n  UserKnownHostsFile /dev/null\n`,
  'a Match host': 'Match host other,plain\n  User matched\n',
  'a Match originalhost': 'Match originalhost other\n  User matched\n  Port 2202\n',
  'a Match exec': 'Match exec "test 1 = 1"\n  User executed\n',
  'a Match exec with quotes': `Match host other exec "test 'a b' = 'a b'"\n  User executed\n`,
  'a Match final': 'Match final host other\n  User final\n',
  'a Match user': 'Match user root\n  Port 2203\n',
  'a negated Match': 'Match !host other\n  User not\n',
  'canonical names': 'CanonicalizeHostname no\nCanonicalDomains example.org\nHost other\n  User bob\n',
  'a ProxyCommand': 'Host other\n  ProxyCommand ssh -W "%h:%p" gate # not a comment\n',
  'a ProxyJump for all': 'Host * !gate\n  ProxyJump gate\n',
  'a LocalCommand with dollars': 'Host other\n  PermitLocalCommand yes\n  LocalCommand echo $& $` $1 $$\n',
  'dollars and percents everywhere': 'Host other\n  User $&$$\n  IdentityFile /x/%d-%%-${HOME}\n# $& $1\n',
  'several identities': 'Host *\n  IdentityFile /a/1\n  IdentityFile /a/2\n  CertificateFile /a/3\n',
  forwards: 'Host other\n  LocalForward 8080 localhost:80\n  RemoteForward 9090 localhost:90\n',
  environment: 'Host other\n  SendEnv LANG LC_*\n  SetEnv FOO="a b"\n',
  'unknown options ignored by wish': 'IgnoreUnknown UseKeychain,Foo\nHost *\n  UseKeychain yes\n  Foo bar\n',
  'an unknown option': 'Host other\n  UseTheForce yes\n',
  'a missing argument': 'Host other\n  User\n',
  'an unclosed quote': 'Host other\n  User "bob\n',
  'an include of nothing': `Include /nowhere/*\n${simple}`,
  'an include inside a host': 'Host other\n  Include /nowhere/x\n  User bob\n',
  'a host of our kind of name': 'Host td-trainer-one\n  User mine\n  Port 2204\n',
  'blocks of another tool': `# --- START OTHER TOOL\n${simple}# --- END OTHER TOOL\n`,
  'a block that never ends': '# --- START OTHER TOOL\nHost other\n  User bob\n',
  Unicode: '# Grüße, 世界 🦊\nHost other\n  User bøb\n',
  'Unicode line separators in a comment': `# a\u2028b\u0085c\n${simple}`,
  'a lone carriage return in a comment': `# a\rb\n${simple}`,
  'escape characters': `# \u001b[31mred\u0007\n${simple}`,
  'a very long line': `# ${'x'.repeat(20_000)}\n${simple}`,
  'a thousand hosts':
    Array.from({ length: 1000 }, (_, n) => `Host h${n}\n  Port ${1000 + n}\n`).join('\n') + simple,
  'duplicate hosts': simple + simple.replace('bob', 'eve'),
  'a backslash in a value': 'Host other\n  User DOM\\bob\n',
};

/** What ssh refuses by itself, whatever we do; so it does each file with a BOM, where it is OpenSSH's own. */
const refused = new Set(['an unknown option', 'a missing argument', 'an unclosed quote']);

test('the table is as long as promised', () => {
  expect(Object.keys(files).length).toBeGreaterThanOrEqual(60);
});

test.each(Object.entries(files))('%s', async (kind, content) => {
  const { paths, person, hosts } = await makePlace();
  const file = paths.personConfig;
  const bytes = Buffer.from(content);
  await writeFile(file, bytes);
  await chmod(file, 0o640);
  const others = ['other', 'plain', 'gate'];
  const ask = (): Promise<string[]> => Promise.all(others.map((host) => sshG(file, host)));
  const before = await ask();

  const { id } = makeInstance();
  const made = await hosts.ensureEntry('account', makeInstance(), { user: 'me', identityFile: '/k e/y%1' });
  if ('none' in made) throw new Error(made.none);
  const plan = await person.plan();
  expect(plan).toEqual({ kind: 'add', line: paths.includeLine, file });
  expect(await readFile(file)).toEqual(bytes);
  expect(await person.apply(plan)).toBe('done');

  const edited = await readFile(file, 'utf8');
  const end = /\r?\n/.exec(bytes.toString())?.[0] ?? '\n';
  const mark = edited.startsWith('\uFEFF') ? '\uFEFF' : '';
  expect(edited).toBe(mark + paths.includeLine + end + bytes.toString().slice(mark.length));
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  expect(await person.plan()).toEqual({ kind: 'none' });

  // What ssh refuses it refuses as before, though one line further down.
  const unnumbered = (texts: string[]): string[] => texts.map((text) => text.replace(/line \d+/g, 'line'));
  const after = await ask();
  const broken = refused.has(kind) || mark !== '';
  expect(before.some((text) => text.startsWith('refused'))).toBe(broken);
  if (mark === '') expect(unnumbered(after)).toEqual(unnumbered(before));
  else expect(after.every((text) => text.startsWith('refused'))).toBe(true);
  if (!broken) {
    expect(made.alias).toBe(kind === 'a host of our kind of name' ? 'td-trainer-one-2' : 'td-trainer-one');
    const ours = await sshG(file, made.alias);
    const values = ['hostname', 'port', 'user', 'identitiesonly', 'hostkeyalias', 'stricthostkeychecking'];
    expect(values.map((keyword) => valuesOf(ours, keyword))).toEqual([
      ['192.0.2.7'],
      ['20456'],
      ['me'],
      ['yes'],
      [`tensordock-${id}`],
      ['accept-new'],
    ]);
    expect(valuesOf(ours, 'userknownhostsfile')).toEqual([`${paths.knownHosts}/${id}`]);
    expect(valuesOf(ours, 'identityfile')[0]).toBe('/k e/y%%1');
  }

  await person.remove();
  expect(await readFile(file)).toEqual(bytes);
  expect((await stat(file)).mode & 0o777).toBe(0o640);
});
