import { isIPv4 } from 'node:net';
import * as l10n from '@vscode/l10n';
import { TensorDockError } from './errors';

/**
 * The origin that a token may be sent to, from what a person set as the service's address: `https`, or `http`
 * on this machine alone. Throws `TensorDockError` (`bad-address`) for anything else.
 */
export function parseOrigin(address: string): string {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw badAddress(l10n.t('The address of TensorDock must be a URL that begins with https://.'));
  }
  if (url.username !== '' || url.password !== '') {
    throw badAddress(l10n.t('The address of TensorDock must not hold a user name or password.'));
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw badAddress(
      l10n.t('The address of TensorDock must use https: with http, others could read the token.'),
    );
  }
  if (!/^\/(api\/v2\/?)?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    throw badAddress(l10n.t('The address of TensorDock must be a host alone, such as {0}.', url.origin));
  }
  return url.origin;
}

/** Whether a host name of a URL is this machine: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}

function badAddress(message: string): TensorDockError {
  return new TensorDockError('bad-address', message);
}
