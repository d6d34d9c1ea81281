import net from 'node:net';

/** Where Remote Desktop listens, as the outside reaches it. */
export interface RdpEndpoint {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  /** The account there; without it the person is asked. */
  readonly user?: string;
}

/**
 * The text of a `.rdp` file, which Remote Desktop clients of Windows, macOS and Linux open. It holds no password.
 * Throws a `RangeError` where a value is none: each stands in a line of its own and could otherwise add lines.
 */
export function rdpFile(endpoint: RdpEndpoint): string {
  const { host, port, user } = endpoint;
  const family = net.isIP(host);
  if (family === 0) throw new RangeError(`Not an IP address: ${JSON.stringify(host)}`);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new RangeError(`Not a port: ${port}`);
  if (user !== undefined && !/^[^\p{Cc}\p{Zl}\p{Zp}"/[\]:;|=,+*?<>]{1,104}$/u.test(user)) {
    throw new RangeError(`Not a user name: ${JSON.stringify(user)}`);
  }
  const lines = [
    `full address:s:${family === 6 ? `[${host}]` : host}:${port}`,
    ...(user === undefined ? [] : [`username:s:${user}`]),
    'prompt for credentials:i:1',
    // Warn, rather than refuse or accept in silence, when the machine cannot prove who it is.
    'authentication level:i:2',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
