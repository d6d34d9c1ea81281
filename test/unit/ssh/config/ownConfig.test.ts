import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import SSHConfig from 'ssh-config';
import { describe, expect, test } from 'vitest';
import { allocateAlias } from '../../../../src/ssh/config/alias';
import { canonicalAddress } from '../../../../src/ssh/endpoint';
import { SshFileError } from '../../../../src/ssh/config/fileErrors';
import {
  formatEntry,
  formatOwnFile,
  parseOwnFile,
  type StoredEntry,
} from '../../../../src/ssh/config/ownConfig';
import { makeInstance, makePlace, sshG, user, valuesOf, type Place } from './support';

const execute = promisify(execFile);

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
        const content = formatOwnFile([entry]).toString();
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

/** A person who trusts all hosts with everything. */
const everythingOn = `Host *
  ForwardAgent yes
  ForwardX11 yes
  ForwardX11Trusted yes
  GSSAPIAuthentication yes
  GSSAPIDelegateCredentials yes
  PermitLocalCommand yes
  LocalCommand touch /nowhere/x
  Tunnel yes
  GatewayPorts yes
  ControlMaster auto
  ControlPath /tmp/shared-%C
  ControlPersist yes
  CanonicalizeHostname always
  UpdateHostKeys yes
  CheckHostIP yes
  VerifyHostKeyDNS yes
  NoHostAuthenticationForLocalhost yes
  HostbasedAuthentication yes
  ProxyCommand nc %h %p
`;

async function included(forwardAgent?: boolean): Promise<Place> {
  const place = await makePlace();
  await writeFile(place.paths.personConfig, everythingOn);
  await place.hosts.ensureEntry('me', makeInstance(), { ...user, forwardAgent });
  await place.person.apply(await place.person.plan());
  return place;
}

describe('under a Host * that turns everything on', () => {
  test('everything is off for our entries, and other hosts are unaffected', async () => {
    const { paths } = await included();
    const values = {
      forwardagent: ['no'],
      forwardx11: ['no'],
      forwardx11trusted: ['no'],
      gssapidelegatecredentials: ['no'],
      permitlocalcommand: ['no'],
      tunnel: ['false'],
      gatewayports: ['no'],
      controlmaster: ['false'],
      controlpath: [],
      canonicalizehostname: ['false'],
      updatehostkeys: ['false'],
      checkhostip: ['no'],
      verifyhostkeydns: ['false'],
      nohostauthenticationforlocalhost: ['no'],
      hostbasedauthentication: ['no'],
    };
    const ours = await sshG(paths.personConfig, 'td-trainer-one');
    const seen = Object.keys(values).map((keyword) => [keyword, valuesOf(ours, keyword)]);
    expect(Object.fromEntries(seen)).toEqual(values);
    const other = await sshG(paths.personConfig, 'other');
    expect(valuesOf(other, 'forwardagent')).toEqual(['yes']);
    expect(valuesOf(other, 'permitlocalcommand')).toEqual(['yes']);
  });

  test('the setting turns on only the agent, and entries follow its changes', async () => {
    const { hosts, paths } = await included(true);
    const agent = async (): Promise<string[]> =>
      valuesOf(await sshG(paths.personConfig, 'td-trainer-one'), 'forwardagent');
    expect(await agent()).toEqual(['yes']);
    expect(valuesOf(await sshG(paths.personConfig, 'td-trainer-one'), 'forwardx11')).toEqual(['no']);
    const follow = (forwardAgent: boolean): Promise<boolean> =>
      hosts.sync('me', [makeInstance({ ipAddress: undefined, portForwards: undefined })], {
        optionsFor: () => ({ ...user, forwardAgent }),
        addMissing: false,
      });
    expect(await follow(false)).toBe(true);
    expect(await agent()).toEqual(['no']);
    expect(await follow(true)).toBe(true);
    expect(await agent()).toEqual(['yes']);
  });
});

test('the entry of a stopped instance refuses by itself and says why', async () => {
  const { hosts, paths } = await included();
  const stopped = makeInstance({ state: 'stopped', ipAddress: undefined });
  await hosts.sync('me', [stopped], { optionsFor: () => user, addMissing: false });
  const output = await sshG(paths.personConfig, 'td-trainer-one');
  expect(valuesOf(output, 'hostname')).toEqual(['instance-is-not-running.invalid']);
  for (const shell of ['/bin/sh', '/bin/bash']) {
    // Under a ProxyCommand ssh itself resolves no name and connects nowhere.
    const args = ['-F', paths.personConfig, '-o', 'BatchMode=yes', 'td-trainer-one', 'true'];
    const failed: unknown = await execute('ssh', args, { env: { ...process.env, SHELL: shell } }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      code: 255,
      stderr: expect.stringContaining('This TensorDock instance is not running') as unknown,
    });
  }
  // It leads to the instance again once it runs.
  await hosts.sync('me', [makeInstance()], { optionsFor: () => user, addMissing: false });
  const again = await sshG(paths.personConfig, 'td-trainer-one');
  expect(valuesOf(again, 'hostname')).toEqual(['192.0.2.7']);
  expect(valuesOf(again, 'proxycommand')).toEqual(['nc %h %p']);
});
