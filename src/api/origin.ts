import { isIPv4 } from 'node:net';
import * as l10n from '@vscode/l10n';
import { TensorDockError } from './errors';

/**
 * The origin that a token can be sent to, from the address that a person set: HTTPS only, except for localhost. Throws
 * `TensorDockError` (`bad-address`) for anything else.
 */
export function parseOrigin(address: string): string {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw badAddress(l10n.t('TensorDock’s address must be a URL that starts with https://.'));
  }
  if (url.username !== '' || url.password !== '') {
    throw badAddress(l10n.t('TensorDock’s address can’t contain a user name or password.'));
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw badAddress(
      l10n.t('TensorDock’s address must start with https://. With http://, others could read the token.'),
    );
  }
  if (!/^\/(api\/v2\/?)?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    throw badAddress(l10n.t('TensorDock’s address can’t contain a path or query. Use {0}.', url.origin));
  }
  return url.origin;
}

/** Whether the host name of a URL is this computer: 127.0.0.0/8, ::1, or localhost. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}

function badAddress(message: string): TensorDockError {
  return new TensorDockError('bad-address', message);
}
