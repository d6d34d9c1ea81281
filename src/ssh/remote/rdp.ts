import net from 'node:net';

/** The public address of Remote Desktop. */
export interface RdpEndpoint {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  /** The account on the instance. If it's missing, the client asks for it. */
  readonly user?: string;
}

/**
 * The text of a `.rdp` file, which Remote Desktop clients of Windows, macOS and Linux open. It holds no password.
 * @throws RangeError for an invalid value, which could otherwise add lines.
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
    // Warn if the instance can't prove its identity.
    'authentication level:i:2',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
