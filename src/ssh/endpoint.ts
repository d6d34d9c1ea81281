import { isIP, SocketAddress } from 'node:net';
import { readAddress } from '../api/address';
import { rdpPort } from '../api/ports';
import type { Instance } from '../api/types';

/** A checked address: `host` is an IPv4 or IPv6 address in its canonical form, `port` 1 to 65535. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Why an instance can't be reached at a port:
 * - `no-address`: none is assigned yet, or the service reports something that isn't a usable address;
 * - `no-forward`: it has port forwards, but none for this port, and the port itself at that address belongs to
 *   someone else;
 * - `forwards-unknown`: the row has no details; get the instance by its id.
 */
export type NoEndpointReason = 'no-address' | 'no-forward' | 'forwards-unknown';

export type EndpointResult = Endpoint | { readonly none: NoEndpointReason };

/** `complete`: the instance was read by its id, so a forward that it doesn't name doesn't exist. */
export interface EndpointOptions {
  readonly complete?: boolean;
}

/** Where an instance's SSH server listens. */
export function sshEndpoint(instance: Instance, options: EndpointOptions = {}): EndpointResult {
  return endpointOf(instance, 22, options);
}

/** Where an instance's Remote Desktop listens; only for Windows images. */
export function rdpEndpoint(instance: Instance, options: EndpointOptions = {}): EndpointResult {
  return endpointOf(instance, rdpPort, options);
}

/** `host:port`, with an IPv6 address in brackets. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether an instance can have this address; which services may name loopback ones is decided where they're read. */
export function isUsableAddress(address: string): boolean {
  return readAddress(address, { loopback: true }) === address;
}

/** A usable address in the form that `ssh -G` shows as well. */
export function canonicalAddress(address: string): string {
  // An IPv4 address has one form only.
  return isIP(address) === 4 ? address : new SocketAddress({ address, family: 'ipv6' }).address;
}

export function isUsablePort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function endpointOf(instance: Instance, internalPort: number, options: EndpointOptions): EndpointResult {
  const { ipAddress, portForwards } = instance;
  if (ipAddress === undefined || !isUsableAddress(ipAddress)) return { none: 'no-address' };
  const host = canonicalAddress(ipAddress);
  const forwards = portForwards ?? (options.complete ? [] : undefined);
  if (forwards === undefined) return { none: 'forwards-unknown' };
  if (forwards.length === 0) return { host, port: internalPort };
  const port = forwards.find((forward) => forward.internalPort === internalPort)?.externalPort;
  return port !== undefined && isUsablePort(port) ? { host, port } : { none: 'no-forward' };
}
