import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { makeInstance, makePlace, sshG, user, valuesOf, type Place } from './support';

const execute = promisify(execFile);

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
