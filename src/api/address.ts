import { BlockList, isIP } from 'node:net';

// A list for each family: Node applies rules for IPv4 to IPv4 written as IPv6, and the mapped range to all of IPv4.
const loopback4 = new BlockList();
loopback4.addSubnet('127.0.0.0', 8, 'ipv4');
const loopback6 = new BlockList();
loopback6.addAddress('::1', 'ipv6');

/** Unspecified, link-local, multicast, reserved (with broadcast). IPv4 written as IPv6 could hide one of them. */
const nobody4 = new BlockList();
nobody4.addSubnet('0.0.0.0', 8, 'ipv4');
nobody4.addSubnet('169.254.0.0', 16, 'ipv4');
nobody4.addSubnet('224.0.0.0', 4, 'ipv4');
nobody4.addSubnet('240.0.0.0', 4, 'ipv4');
const nobody6 = new BlockList();
nobody6.addSubnet('::', 96, 'ipv6');
nobody6.addSubnet('::ffff:0:0', 96, 'ipv6');
nobody6.addSubnet('::ffff:0:0:0', 96, 'ipv6'); // SIIT
nobody6.addSubnet('100::', 64, 'ipv6'); // Discarded
nobody6.addSubnet('64:ff9b::', 96, 'ipv6'); // NAT64
nobody6.addSubnet('64:ff9b:1::', 48, 'ipv6'); // NAT64 of a network's own
nobody6.addSubnet('2001::', 32, 'ipv6'); // Teredo
nobody6.addSubnet('2002::', 16, 'ipv6'); // 6to4
nobody6.addSubnet('fec0::', 10, 'ipv6'); // Site-local
nobody6.addSubnet('fe80::', 10, 'ipv6');
nobody6.addSubnet('ff00::', 8, 'ipv6');

/**
 * An IP address that an instance can have; `undefined` for everything else. A loopback address is this computer, so it
 * is accepted only if the service runs here too.
 */
export function readAddress(
  value: unknown,
  options: { readonly loopback?: boolean } = {},
): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if ((version === 4 ? loopback4 : loopback6).check(text, family)) {
    return options.loopback === true ? text : undefined;
  }
  return (version === 4 ? nobody4 : nobody6).check(text, family) ? undefined : text;
}
