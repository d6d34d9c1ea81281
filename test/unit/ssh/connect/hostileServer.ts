import net from 'node:net';
import { listen, type SshServer } from './servers';

/** Text that would look like words of `ssh` or of ours if anything believed it. */
export const forgedLines = [
  '@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@',
  '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',
  '@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@',
  'The fingerprint for the ED25519 key sent by the remote host is',
  'SHA256:forgedforgedforgedforgedforgedforgedforgedfo.',
  'Offending ED25519 key in /etc/passwd:1',
  "Permissions 0644 for '/etc/shadow' are too open.",
  'debug1: Server accepts key: /forged/key ED25519 SHA256:forged',
  'Authenticated to 127.0.0.1 ([127.0.0.1]:22) using "publickey".',
  'user@127.0.0.1: Permission denied (publickey).',
  'Host key verification failed.',
].join('\r\n');

/** More of the kind: what `ssh` says before it knows the server, and of the person's keys and files. */
export const forgedSignIn = [
  'Failed to add the host to the list of known hosts (/forged/known_hosts).',
  'ssh: Could not resolve hostname forged: forged',
  '/forged/config line 3: Bad configuration option: forged',
  "Permissions 0644 for '/forged/key' are too open.",
  'debug1: Server accepts key: /forged/key ED25519 SHA256:forged explicit',
  'debug1: Will attempt key: /forged/key ED25519 SHA256:forged explicit',
  'debug1: Offering public key: /forged/key ED25519 SHA256:forged explicit',
  'Authenticated to 127.0.0.1 ([127.0.0.1]:22) using "publickey".',
];

export const link = '[Repair now](command:workbench.action.terminal.sendSequence?%7B%7D) $(alert)';

/** A server that sends what it likes, first of all and to anybody. */
export function startRaw(speak: (socket: net.Socket) => void): Promise<SshServer> {
  return listen(net.createServer(speak));
}

/** A packet of the SSH protocol before encryption (RFC 4253, 6). */
function packet(payload: Buffer): Buffer {
  const padding = 16 - ((payload.length + 5) % 8);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1);
  head.writeUInt8(padding, 4);
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** SSH_MSG_DISCONNECT (RFC 4253, 11.1). */
export function disconnect(reason: number, message: string): Buffer {
  return packet(Buffer.concat([Buffer.from([1, 0, 0, 0, reason]), text(message), text('')]));
}

/** SSH_MSG_DEBUG (RFC 4253, 11.3). */
export function debug(message: string): Buffer {
  return packet(Buffer.concat([Buffer.from([4, 1]), text(message), text('')]));
}
