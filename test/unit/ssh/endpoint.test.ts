import { describe, expect, test } from 'vitest';
import { formatEndpoint, rdpEndpoint, sshEndpoint } from '../../../src/ssh/endpoint';
import { makeInstance } from './config/support';

describe('an instance becomes an endpoint', () => {
  test.each([
    ['a forward of port 22', makeInstance(), { host: '192.0.2.7', port: 20456 }],
    ['a dedicated address', makeInstance({ portForwards: [] }), { host: '192.0.2.7', port: 22 }],
    [
      'IPv6',
      makeInstance({ ipAddress: '2001:0DB8:0::7', portForwards: [] }),
      { host: '2001:db8::7', port: 22 },
    ],
    ['no address', makeInstance({ ipAddress: undefined }), { none: 'no-address' }],
    ['an empty address', makeInstance({ ipAddress: '' }), { none: 'no-address' }],
    ['a name for an address', makeInstance({ ipAddress: 'evil.example' }), { none: 'no-address' }],
    ['an address with a zone', makeInstance({ ipAddress: 'fe80::1%eth0' }), { none: 'no-address' }],
    ['a line break in it', makeInstance({ ipAddress: '192.0.2.7\nProxyCommand x' }), { none: 'no-address' }],
    [
      'forwards without port 22',
      makeInstance({ portForwards: [{ internalPort: 8888, externalPort: 20457 }] }),
      { none: 'no-forward' },
    ],
    [
      'a port that is none',
      makeInstance({ portForwards: [{ internalPort: 22, externalPort: 70000 }] }),
      { none: 'no-forward' },
    ],
    [
      'a port not chosen yet',
      makeInstance({ portForwards: [{ internalPort: 22, externalPort: 0 }] }),
      { none: 'no-forward' },
    ],
    ['a thin row', makeInstance({ portForwards: undefined }), { none: 'forwards-unknown' }],
  ])('%s', (_, instance, endpoint) => {
    expect(sshEndpoint(instance)).toEqual(endpoint);
  });

  test('forwards that a complete answer does not name do not exist', () => {
    const endpoint = sshEndpoint(makeInstance({ portForwards: undefined }), { complete: true });
    expect(endpoint).toEqual({ host: '192.0.2.7', port: 22 });
  });

  test('a remote desktop is found by its own port', () => {
    const forwarded = makeInstance({ portForwards: [{ internalPort: 3389, externalPort: 3390 }] });
    expect(rdpEndpoint(forwarded)).toEqual({ host: '192.0.2.7', port: 3390 });
    expect(sshEndpoint(forwarded)).toEqual({ none: 'no-forward' });
    expect(rdpEndpoint(makeInstance({ portForwards: [] }))).toEqual({ host: '192.0.2.7', port: 3389 });
  });

  test('an IPv6 address is written in brackets', () => {
    expect(formatEndpoint({ host: '2001:db8::7', port: 3389 })).toBe('[2001:db8::7]:3389');
  });
});
