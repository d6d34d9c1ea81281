/** A person's file by its kind. `{root}` is the folder it is in; `files` are other files there. */
export interface OddKind {
  readonly content: string;
  readonly files?: Readonly<Record<string, string>>;
}

const simple = 'Host other\n  HostName 198.51.100.1\n  User bob\n';
const extra = 'Host other\n  Port 2205\n';
const many = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => line(n)).join('');

const plainKinds: Readonly<Record<string, string>> = {
  'a first line of 100,000 blanks': `${' '.repeat(100_000)}\n${simple}`,
  'a comment behind 100,000 tabs': `${'\t'.repeat(100_000)}# far\n${simple}`,
  '5,000 blank lines first': '\n'.repeat(5000) + simple,
  '5,000 comments first': many(5000, (n) => `# ${n}\n`) + simple,
  '2,000 blank lines last': simple + '\n'.repeat(2000),
  'a megabyte of comments': `# ${'y'.repeat(900)}\n`.repeat(1100) + simple,
  'a comment of 60,000 quotes': `# ${'"'.repeat(60_000)}\n${simple}`,
  'a comment of 60,000 backslashes': `# ${'\\'.repeat(60_000)}\n${simple}`,
  'three thousand names in a host': `Host ${many(3000, (n) => `n${n} `)}other\n  User bob\n`,
  'a comment that ends in a backslash': `# a \\\n${simple}`,
  'a backslash at the end of a value': 'Host other\n  User bob\\\n  Port 2206\n',
  'a backslash before the last line end': `${simple}# \\`,
  'an escaped blank': 'Host other\n  IdentityFile /a\\ b\n',
  'escaped quotes': 'Host other\n  IdentityFile "/a\\"b"\n',
  'quotes inside of a word': 'Host oth"er"\n  User b"o"b\n',
  'two quoted arguments': 'Host "other" "plain"\n  User bob\n',
  'an empty quoted host': 'Host "" other\n  User bob\n',
  'a single quote in a comment': `# it's\n${simple}`,
  'a quoted value behind an equals sign': 'Host="other"\n  User="bob"\n',
  'blanks around an equals sign': 'Host \t = \t other\n  Port\t=\t2207\n',
  'an equals sign alone between': 'Host =other\nUser= bob\n',
  'an equals sign in a value': 'Host other\n  ProxyCommand nc a=b %h %p\n',
  'keywords in odd case': 'hOsT other\n  hOsTnAmE 198.51.100.3\n  pOrT 2208\n',
  'tabs behind values': 'Host other\t\t\n\tUser bob\t\n',
  'vertical space of CRLF alone': '\r\n\r\n\r\n',
  'CRLF and LF in turns': 'Host other\r\n  User bob\n\r\n\n  Port 2209\r\n',
  'a carriage return at the end of the last line': `${simple}# end\r`,
  'CRCRLF line ends': 'Host other\r\r\n  User bob\r\r\n',
  'a comment in CRLF before all': `# note\r\n${simple.replaceAll('\n', '\r\n')}`,
  'comments with every indentation': `  # a\n\t# b\n# c\n \t # d\n${simple}`,
  'a comment of nothing': `#\n${simple}#\n`,
  'comments that look like directives': `#Host *\n# Include ~/x\n#  User eve\n${simple}`,
  'a comment that looks like our line': `# Include ~/.ssh/tensordock/config\n${simple}`,
  'a comment that names us': `# TensorDock instance a account b\n${simple}`,
  'a hash inside of quotes': 'Host other\n  IdentityFile "/a # b"\n',
  'a Match all first': 'Match all\n  User matched\n  Port 2210\n',
  'a Match all with a host below': `Match all\n  Port 2211\n${simple}`,
  'a Match final all': 'Match final all\n  User final\n  Port 2212\n',
  'a Match final before hosts': `Match final\n  User final\n${simple}`,
  'a Match final for everybody but one': 'Match final !host other\n  Port 2213\n',
  'a Match canonical': `CanonicalizeHostname no\nMatch canonical all\n  User canonical\n${simple}`,
  'a Match localuser': 'Match localuser root,me\n  User local\n',
  'a Match of several criteria': 'Match host oth* user bob,eve originalhost other\n  Port 2214\n',
  'a Match exec that fails': 'Match exec "exit 3"\n  User never\n',
  'a Match exec that finds no program': 'Match exec "/nowhere/program %h"\n  User never\n',
  'a Match exec with tokens': 'Match exec "test %n = other"\n  Port 2215\n',
  'a Match exec behind a host': 'Match host other exec "true"\n  Port 2216\n',
  'a negated Match exec': 'Match !exec "false"\n  Port 2217\n',
  'a Match exec of our kind of name':
    'Match exec "case %n in td-*) exit 0;; *) exit 1;; esac"\n  User eve\n  Port 1\n',
  'a Match originalhost of our kind of name': 'Match originalhost td-*\n  User eve\n  Port 2\n',
  'a Host of our kind of name with a wildcard':
    'Host td-*\n  User eve\n  Port 3\n  StrictHostKeyChecking no\n',
  'a Host * that is negated for us': 'Host * !td-*\n  User bob\n  Port 2218\n',
  'only negations': 'Host !other\n  User never\n',
  'a negation before its wildcard': 'Host !other o*\n  User never\n',
  'a negation of a part': 'Host oth* !oth?r\n  User never\n',
  'question marks': 'Host ?????\n  User five\n',
  'commas in a host': 'Host other,plain\n  User comma\n',
  'a host that is an address': 'Host 192.0.2.7\n  User address\n  Port 2219\n',
  'a host that is our address, matched':
    'Match host 192.0.2.7\n  User address\n  Port 2220\n  StrictHostKeyChecking no\n',
  'an IPv6 host': 'Host ::1 fe80::1%eth0\n  User six\n',
  'a host in capitals': 'Host OTHER\n  User capital\n',
  'no host at all, many options':
    'Port 2221\nUser all\nServerAliveInterval 5\nTCPKeepAlive no\nLogLevel ERROR\n',
  'an option before all, in a later Host again': `User first\n${simple}`,
  'IdentitiesOnly for all': 'IdentitiesOnly yes\nIdentityFile /a/all\n',
  'an IdentityAgent for all': 'Host *\n  IdentityAgent "/a b/agent.sock"\n',
  'no identity at all': 'Host *\n  IdentityFile none\n',
  'old algorithms':
    'Host other\n  HostKeyAlgorithms +ssh-rsa\n  PubkeyAcceptedAlgorithms +ssh-rsa\n  KexAlgorithms +diffie-hellman-group14-sha1\n',
  'ciphers from the front': 'Host *\n  Ciphers ^aes256-ctr\n  MACs -*sha1*\n',
  'a dynamic forward for all': 'Host *\n  DynamicForward 1080\n',
  'a remote forward of a socket': 'Host other\n  RemoteForward /run/a.sock /run/b.sock\n',
  'a stack of environment': 'SendEnv A B\nSendEnv -B\nHost *\n  SendEnv C_*\n',
  'a remote command': 'Host other\n  RemoteCommand tmux new -A -s main\n  RequestTTY force\n',
  'a ProxyJump of several': 'Host other\n  ProxyJump a@gate:2222,b@gate2\n',
  'a ProxyJump of none': 'Host other\n  ProxyJump none\nHost *\n  ProxyCommand nc %h %p\n',
  'a ProxyCommand with quotes and hashes': `Host other\n  ProxyCommand sh -c 'nc "%h" %p # x'\n`,
  'a ControlPath with tokens':
    'Host *\n  ControlMaster auto\n  ControlPath ~/.ssh/cm-%r@%h:%p\n  ControlPersist 10m\n',
  'several known_hosts files': 'Host *\n  UserKnownHostsFile ~/.ssh/a "/b c/d"\n',
  'a known_hosts command': 'Host *\n  KnownHostsCommand /bin/echo %H\n',
  'a tag': 'IgnoreUnknown Tag\nTag work\nHost other\n  User tagged\n',
  'IgnoreUnknown with wildcards': `IgnoreUnknown *Keychain*,Foo*\nUseKeychain yes\nFooBar 1\n${simple}`,
  'IgnoreUnknown inside of a host': 'Host *\n  IgnoreUnknown UseKeychain\n  UseKeychain yes\n',
  'options that are deprecated': `Host *\n  RhostsRSAAuthentication no\n  UsePrivilegedPort no\n  Protocol 2\n${simple}`,
  'the same option twice': 'Host other\n  User bob\n  User eve\n  Port 2222\n  Port 2223\n',
  'the same host three times': simple + simple.replace('bob', 'eve') + simple,
  'variables in a path': 'Host other\n  IdentityFile ${HOME}/key\n  CertificateFile %d/cert\n',
  'emoji in names': 'Host 🦊 other\n  User bob\n',
  'right-to-left marks in a comment': `# \u202Eabc\u202C\n${simple}`,
  'a BOM inside': `Host other\n  # \uFEFF\n  User bob\n`,
  'a non-breaking space in a comment': `# a\u00A0b\n${simple}`,
  'a delete character in a comment': `# a\u007Fb\n${simple}`,
  'line ends of other systems in a comment': `# a\u0085b\u2028c\u2029d\n${simple}`,
  'blocks of two tools': `# BEGIN A\n${simple}# END A\n# BEGIN B\nHost plain\n  User b\n# END B\n`,
  'YAML by mistake': '---\nhosts: []\n',
  'a shell command by mistake': 'ssh bob@other -p 2224\n',
  'a host without a name': 'Host\n  User bob\n',
  'a port that is none': 'Host other\n  Port 99999999\n',
  'a wrong yes': 'Host *\n  ForwardAgent maybe:\n  Compression perhaps\n',
  'a Match without a criterion': 'Match\n  User bob\n',
  'an unknown criterion': 'Match weather sunny\n  User bob\n',
};

const withFiles: Readonly<Record<string, OddKind>> = {
  'an include of one file': { content: `Include {root}/extra\n${simple}`, files: { extra } },
  'an include in quotes': { content: `Include "{root}/my extra"\n${simple}`, files: { 'my extra': extra } },
  'an include of several files': { content: 'Include {root}/a {root}/b\n', files: { a: simple, b: extra } },
  'an include by a wildcard': {
    content: 'Include {root}/conf.d/*\n',
    files: { 'conf.d/1': simple, 'conf.d/2': extra },
  },
  'an include by a question mark': { content: 'Include {root}/conf.?/x\n', files: { 'conf.d/x': simple } },
  'an include by a class': { content: 'Include {root}/conf.[de]/x\n', files: { 'conf.d/x': simple } },
  'an include with an equals sign': { content: 'include={root}/extra\n', files: { extra } },
  'an include in a host': {
    content: 'Host other\n  Include {root}/extra\n  User bob\n',
    files: { extra: 'Port 2225\n' },
  },
  'an include in a Match': {
    content: 'Match host other\n  Include {root}/extra\n',
    files: { extra: 'Port 2226\n' },
  },
  'an include in a Match final': {
    content: 'Match final host other\n  Include {root}/extra\n',
    files: { extra: 'Port 2227\n' },
  },
  'includes in a chain': {
    content: 'Include {root}/a\n',
    files: { a: 'Include {root}/b\n', b: 'Include {root}/c\n', c: simple },
  },
  'the same include twice': { content: 'Include {root}/extra\nInclude {root}/extra\n', files: { extra } },
  'an include that leaves a host open': {
    content: 'Include {root}/a\nUser outside\n',
    files: { a: 'Host plain\n  Port 5\n' },
  },
  'an include of an empty file': { content: `Include {root}/a\n${simple}`, files: { a: '' } },
  'an include without a line end': {
    content: `Include {root}/a\n${simple}`,
    files: { a: 'Host other\n  Port 2228' },
  },
  'an include of a folder of another tool': {
    content: `Include {root}/colima/ssh_config\n${simple}`,
    files: { 'colima/ssh_config': 'Host colima\n  User me\n' },
  },
  'an include of our kind of name': {
    content: 'Include {root}/a\n',
    files: { a: 'Host td-trainer-one\n  User mine\n' },
  },
  'an include of itself': { content: `Include {root}/config\n${simple}` },
  'includes in a circle': {
    content: 'Include {root}/a\n',
    files: { a: 'Include {root}/b\n', b: 'Include {root}/a\n' },
  },
  'an include that is broken': { content: 'Include {root}/a\n', files: { a: 'Nonsense yes\n' } },
  'an include without a file': { content: 'Include\n' },
};

export const oddKinds: Readonly<Record<string, OddKind>> = {
  ...Object.fromEntries(Object.entries(plainKinds).map(([kind, content]) => [kind, { content }])),
  ...withFiles,
};

/** What `ssh` itself refuses, with and without us. */
export const refusedByItself: ReadonlySet<string> = new Set([
  'an empty quoted host',
  'YAML by mistake',
  'a shell command by mistake',
  'a host without a name',
  'a port that is none',
  'a wrong yes',
  'a Match without a criterion',
  'an unknown criterion',
  'an include of itself',
  'includes in a circle',
  'an include that is broken',
  'an include without a file',
]);
