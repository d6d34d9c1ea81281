import { isIP, SocketAddress } from 'node:net';
import type { Instance } from '../api/types';

/** An address that was checked: `host` is an IPv4 or IPv6 address in its usual form, `port` 1 to 65535. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Why an instance cannot be reached at a service of its own:
 * - `no-address`: none assigned yet, or what the service gave is none;
 * - `no-forward`: it has port forwards, but none for this port, and the port itself on that address would be
 *   somebody else's;
 * - `forwards-not-told`: a thin row; ask for the instance by itself.
 */
export type NoEndpointReason = 'no-address' | 'no-forward' | 'forwards-not-told';

export type EndpointResult = Endpoint | { readonly none: NoEndpointReason };

/** `complete`: the instance was asked for by itself, so that forwards it does not name do not exist. */
export interface EndpointOptions {
  readonly complete?: boolean;
}

/** The one way from an instance to where its SSH server listens. */
export function sshEndpoint(instance: Instance, options: EndpointOptions = {}): EndpointResult {
  return endpointOf(instance, 22, options);
}

/** The one way from an instance to where its remote desktop listens; only for Windows images. */
export function rdpEndpoint(instance: Instance, options: EndpointOptions = {}): EndpointResult {
  return endpointOf(instance, 3389, options);
}

/** `host:port` as people write it, an IPv6 address in brackets. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether `ssh` may be given this address: an IP without a zone, which would be an interface of the far side. */
export function isUsableAddress(address: string): boolean {
  return isIP(address) !== 0 && !address.includes('%');
}

/** A usable address in the one form that `ssh -G` shows too. */
export function canonicalAddress(address: string): string {
  return new SocketAddress({ address, family: isIP(address) === 6 ? 'ipv6' : 'ipv4' }).address;
}

export function isUsablePort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function endpointOf(instance: Instance, internalPort: number, options: EndpointOptions): EndpointResult {
  const { ipAddress, portForwards } = instance;
  if (ipAddress === undefined || !isUsableAddress(ipAddress)) return { none: 'no-address' };
  const host = canonicalAddress(ipAddress);
  const forwards = portForwards ?? (options.complete ? [] : undefined);
  if (forwards === undefined) return { none: 'forwards-not-told' };
  if (forwards.length === 0) return { host, port: internalPort };
  const port = forwards.find((forward) => forward.internalPort === internalPort)?.externalPort;
  return port !== undefined && isUsablePort(port) ? { host, port } : { none: 'no-forward' };
}
