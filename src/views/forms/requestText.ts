import { encodeCreate } from '../../api/encode';
import type { CreateRequest } from '../../api/types';

/** What stands where a token or a password would be. */
const passwordPlaceholder = 'PASSWORD';

/** The request as the live service takes it, for scripts. A password is left out. */
export function asJson(request: CreateRequest): string {
  const shown = request.password === undefined ? request : { ...request, password: passwordPlaceholder };
  return JSON.stringify(encodeCreate(shown, 'live'), undefined, 2);
}

/** The same as a line for a POSIX shell; the token comes from the environment of whoever runs it. */
export function asCurl(request: CreateRequest, apiUrl: string): string {
  const url = `${apiUrl.replace(/\/+$/, '')}/api/v2/instances`;
  return [
    `curl -fsS -X POST ${quoted(url)}`,
    `-H "Authorization: Bearer $TENSORDOCK_TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `--data ${quoted(asJson(request))}`,
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
