import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import SSHConfig from 'ssh-config';
import { expect, test } from 'vitest';
import { allocateAlias } from '../../../../src/ssh/config/alias';
import { canonicalAddress } from '../../../../src/ssh/endpoint';
import { SshFileError } from '../../../../src/ssh/config/fileErrors';
import {
  formatEntry,
  formatOwnFile,
  parseOwnFile,
  type StoredEntry,
} from '../../../../src/ssh/config/ownConfig';
import { makePlace, sshG, valuesOf } from './support';

const runs = process.env.STRESS === '1' ? 20_000 : 150;

const nasty = fc.constantFrom(
  ...[
    '\n',
    '\r\n',
    '\r',
    '"',
    "'",
    '%',
    '%%',
    '%h',
    '${HOME}',
    '$&',
    "$'",
    '`',
    '\\',
    '#',
    ' ',
    '\t',
    '=',
    '\0',
  ],
  ...[
    '\nProxyCommand touch /tmp/x',
    '\nHost *',
    '-',
    '..',
    '/',
    '~',
    '*',
    '?',
    '!',
    ',',
    '\u2028',
    '\u00a0',
    '🦊',
  ],
  ...[
    'é',
    '世界',
    '\uFEFF',
    '\u202e',
    'Match exec "x"',
    '|',
    ';',
    '&',
    '@',
    '\\\\',
    '\\"',
    '\u0085',
    '\ud800',
  ],
);
const plain = fc.stringMatching(/^[a-z0-9]{1,6}$/);
const text = fc.array(fc.oneof(plain, nasty, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 6 });
const hostile = text.map((parts) => parts.join(''));
const mild = fc
  .array(
    fc.oneof(plain, fc.constantFrom(' ', '%', '#', "'", '世界', '$&', '=', '%h', '*', ';', '~', '${', 'é')),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));

const raw = fc.record({
  name: hostile,
  id: fc.oneof({ weight: 9, arbitrary: fc.uuid() }, { weight: 1, arbitrary: hostile }),
  account: fc.oneof({ weight: 9, arbitrary: fc.uuid() }, { weight: 1, arbitrary: hostile }),
  host: fc.oneof(
    { weight: 5, arbitrary: fc.ipV4() },
    { weight: 4, arbitrary: fc.ipV6() },
    { weight: 1, arbitrary: fc.tuple(fc.ipV4(), hostile).map((parts) => parts.join('')) },
  ),
  port: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 65_535 }) }, fc.double()),
  user: fc.oneof(
    { weight: 8, arbitrary: fc.stringMatching(/^[a-zA-Z_é][a-zA-Z0-9_.@+-]{0,12}$/) },
    { weight: 2, arbitrary: hostile },
  ),
  identityFile: fc.option(
    fc.oneof(
      { weight: 6, arbitrary: mild.map((path) => `/${path}`) },
      { weight: 2, arbitrary: mild.map((path) => `~/${path}`) },
      { weight: 2, arbitrary: hostile.map((path) => `/${path}`) },
      { weight: 1, arbitrary: hostile },
    ),
    { nil: undefined },
  ),
});

/** The directives an entry may set, as `ssh -G` calls them. */
const ours = ['host', 'hostname', 'port', 'user', 'identityfile', 'identitiesonly', 'hostkeyalias'];
const restricted = [
  ...['forwardagent', 'forwardx11', 'forwardx11trusted', 'gssapidelegatecredentials', 'permitlocalcommand'],
  ...[
    'tunnel',
    'gatewayports',
    'controlmaster',
    'controlpath',
    'canonicalizehostname',
    'canonicalizehostname',
  ],
];
const allowed = new Set([...ours, ...restricted, 'userknownhostsfile', 'stricthostkeychecking']);

function others(output: string): string[] {
  return output.split('\n').filter((line) => !allowed.has(line.split(' ')[0] ?? ''));
}

test(
  `${runs} generated entries: ssh sees our directives, and only those`,
  { timeout: 3_600_000 },
  async () => {
    const { paths } = await makePlace('a folder of 100% ours');
    const empty = `${paths.personConfig}-empty`;
    await writeFile(empty, 'UserKnownHostsFile /x\n'); // It decides what ssh does about other keys.
    const baseline = others(await sshG(empty, 'td-x'));
    let written = 0;
    await fc.assert(
      fc.asyncProperty(raw, async (values) => {
        const { name, ...rest } = values;
        const alias = allocateAlias(name, rest.id, new Set());
        let entry: StoredEntry;
        try {
          entry = formatEntry({ ...rest, alias }, paths);
        } catch (error) {
          expect(error).toBeInstanceOf(SshFileError);
          return;
        }
        written++;
        const content = formatOwnFile([entry]);
        await writeFile(paths.personConfig, content);
        const output = await sshG(paths.personConfig, alias);
        const one = (keyword: string): string[] => valuesOf(output, keyword);
        expect(others(output)).toEqual(baseline);
        expect(one('hostname')).toEqual([canonicalAddress(rest.host)]);
        expect(one('port')).toEqual([String(rest.port)]);
        expect(one('user')).toEqual([rest.user]);
        expect(one('hostkeyalias')).toEqual([`tensordock-${rest.id.toLowerCase()}`]);
        expect(one('userknownhostsfile')).toEqual([`${paths.knownHosts}/${rest.id.toLowerCase()}`]);
        expect(one('stricthostkeychecking')).toEqual(['accept-new']);
        if (rest.identityFile !== undefined) {
          expect(one('identityfile')).toEqual([rest.identityFile.replaceAll('%', '%%')]);
          expect(one('identitiesonly')).toEqual(['yes']);
        }
        // What we read back is what we wrote, and another reader agrees with ssh.
        expect(parseOwnFile(content)).toEqual({ entries: [entry], foreign: false });
        const other = SSHConfig.parse(content).compute(alias);
        expect(other.HostName).toBe(rest.host);
        expect(other.Port).toBe(String(rest.port));
        expect(other.User).toBe(rest.user);
        expect(other.IdentityFile).toEqual(rest.identityFile && [rest.identityFile.replaceAll('%', '%%')]);
        expect([other.UserKnownHostsFile].flat()).toEqual([
          `${paths.knownHosts}/${rest.id.toLowerCase()}`.replaceAll('%', '%%'),
        ]);
      }),
      { numRuns: runs },
    );
    // Most have to get through, or nothing was shown.
    expect(written).toBeGreaterThan(runs / 5);
    if (runs > 1000) console.log(`${written} of ${runs} were written, the others refused`);
  },
);
