import * as v from 'valibot';

/** The host that a `vscode-remote` URI names. */
export interface SshDestination {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** The parts of a `vscode-remote` URI; for `vscode.Uri.from`. */
export interface RemoteUriParts {
  readonly scheme: 'vscode-remote';
  readonly authority: string;
  readonly path: string;
}

const prefix = 'ssh-remote+';

/** `{"hostName":…}` in hexadecimal: what Remote-SSH writes for a host that isn't a plain alias. */
const hexForm = v.object({
  hostName: v.pipe(v.string(), v.minLength(1)),
  user: v.optional(v.string()),
  port: v.optional(v.number()),
});

/**
 * The authority for one of our aliases, which needs no encoding: it has only lower-case letters, digits and hyphens
 * (VS Code lower-cases an authority).
 * @throws RangeError for any other alias.
 */
export function sshAuthority(alias: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(alias))
    throw new RangeError(`Not an alias of ours: ${JSON.stringify(alias)}`);
  return prefix + alias;
}

/** The URI of a folder on the instance (an absolute path, also `C:\...`); empty: the root. */
export function remoteUri(alias: string, folder: string): RemoteUriParts {
  const path = folder.replaceAll('\\', '/');
  return {
    scheme: 'vscode-remote',
    authority: sshAuthority(alias),
    path: path.startsWith('/') ? path : `/${path}`,
  };
}

/**
 * Reads an authority as Remote-SSH and similar extensions write it: plain (`alias`, `user@host:port`), with `\x45` for
 * a capital, percent-encoded, or as hexadecimal JSON. `undefined` if it isn't an SSH authority.
 */
export function parseSshAuthority(authority: string): SshDestination | undefined {
  const text = decodePercent(authority);
  if (!text.toLowerCase().startsWith(prefix)) return undefined;
  const encoded = text.slice(prefix.length);
  return encoded === '' ? undefined : (parseHexForm(encoded) ?? parsePlainForm(encoded));
}

function parseHexForm(text: string): SshDestination | undefined {
  if (!/^7b(?:[0-9a-f]{2})+$/i.test(text)) return undefined;
  try {
    const parsed = v.safeParse(hexForm, JSON.parse(Buffer.from(text, 'hex').toString('utf8')));
    if (!parsed.success) return undefined;
    const { hostName, user, port } = parsed.output;
    return { host: hostName, user: user === '' ? undefined : user, port };
  } catch {
    return undefined;
  }
}

function parsePlainForm(text: string): SshDestination | undefined {
  const plain = text.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  const [, user, bracketed, bare, port] =
    /^(?:(.+)@)?(?:\[([^\]]+)\]|([^@:]+|[^@]*:[^@]*:[^@]*?))(?::(\d{1,5}))?$/.exec(plain) ?? [];
  const host = bracketed ?? bare;
  return host === undefined ? undefined : { host, user, port: port === undefined ? undefined : Number(port) };
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
