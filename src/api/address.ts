import { BlockList, isIP } from 'node:net';

/** An IPv4 address in its only form: who has it? Unspecified, link-local, multicast, reserved (with broadcast): nobody. */
function ownerOf4(text: string): Owner {
  const first = Number.parseInt(text, 10);
  if (first === 127) return 'this computer';
  return first === 0 || first >= 224 || text.startsWith('169.254.') ? 'nobody' : 'anybody';
}

/** The same for IPv6. IPv4 written as IPv6 could hide an address of nobody. */
function ownerOf6(text: string): Owner {
  lists6 ??= ipv6Lists();
  if (lists6.loopback.check(text, 'ipv6')) return 'this computer';
  return lists6.nobody.check(text, 'ipv6') ? 'nobody' : 'anybody';
}

type Owner = 'this computer' | 'nobody' | 'anybody';

/** Made when there is such an address: that takes a millisecond. */
let lists6: { readonly loopback: BlockList; readonly nobody: BlockList } | undefined;

function ipv6Lists(): NonNullable<typeof lists6> {
  const loopback = new BlockList();
  loopback.addAddress('::1', 'ipv6');
  const nobody = new BlockList();
  nobody.addSubnet('::', 96, 'ipv6');
  nobody.addSubnet('::ffff:0:0', 96, 'ipv6');
  nobody.addSubnet('::ffff:0:0:0', 96, 'ipv6'); // SIIT
  nobody.addSubnet('100::', 64, 'ipv6'); // Discarded
  nobody.addSubnet('64:ff9b::', 96, 'ipv6'); // NAT64
  nobody.addSubnet('64:ff9b:1::', 48, 'ipv6'); // NAT64 of a network's own
  nobody.addSubnet('2001::', 32, 'ipv6'); // Teredo
  nobody.addSubnet('2002::', 16, 'ipv6'); // 6to4
  nobody.addSubnet('fec0::', 10, 'ipv6'); // Site-local
  nobody.addSubnet('fe80::', 10, 'ipv6');
  nobody.addSubnet('ff00::', 8, 'ipv6');
  return { loopback, nobody };
}

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
  const owner = version === 4 ? ownerOf4(text) : ownerOf6(text);
  if (owner === 'this computer') return options.loopback === true ? text : undefined;
  return owner === 'nobody' ? undefined : text;
}
