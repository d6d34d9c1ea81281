import { encodeLiveCreate } from '../../api/encode';
import type { CreateRequest } from '../../api/types';
import { quoteArgument, type Shell } from '../../base/shellQuote';

/** Replaces a password in copied requests. */
const passwordPlaceholder = 'PASSWORD';

/** The request as the live service accepts it, for scripts and without the password. */
export function asJson(request: CreateRequest): string {
  return JSON.stringify(body(request), undefined, 2);
}

/**
 * The request as a `curl` command for a shell. The token comes from the environment variable `TENSORDOCK_TOKEN`.
 * PowerShell gets the body through a pipe, because its versions disagree on how to pass double quotes to a program.
 */
export function asCurl(
  request: CreateRequest,
  apiUrl: string,
  shell: Shell,
  platform: NodeJS.Platform = process.platform,
): string {
  const url = quoteArgument(`${apiUrl.replace(/\/+$/, '')}/api/v2/instances`, shell);
  const type = 'Content-Type: application/json';
  switch (shell) {
    case 'posix':
      return [
        `curl -fsS -X POST ${url}`,
        `-H "Authorization: Bearer $TENSORDOCK_TOKEN"`,
        `-H ${quoteArgument(type, shell)}`,
        // fish reads a doubled backslash inside single quotes as one.
        `--data ${quoteArgument(escaped(asJson(request), /\\\\/g), shell)}`,
      ].join(' \\\n  ');
    case 'powershell': {
      // In Windows PowerShell, `curl` is another command.
      const curl = platform === 'win32' ? 'curl.exe' : 'curl';
      const header = '"Authorization: Bearer $env:TENSORDOCK_TOKEN"';
      const json = escaped(asJson(request), nonAscii);
      return `@'\n${json}\n'@ | ${curl} -fsS -X POST ${url} -H ${header} -H '${type}' --data-binary '@-'`;
    }
    case 'cmd': {
      // What means something to cmd is escaped in JSON, so that only the quotes remain to be escaped for curl.
      const json = escaped(escaped(JSON.stringify(body(request)), nonAscii), /\\["\\]|[%^&<>|!()]/g);
      const header = '"Authorization: Bearer %TENSORDOCK_TOKEN%"';
      return `curl -fsS -X POST ${url} -H ${header} -H "${type}" --data "${json.replaceAll('"', '\\"')}"`;
    }
  }
}

const nonAscii = /[^ -~\n]/g;

/** The body of the request, as the live service accepts it. */
function body(request: CreateRequest): unknown {
  const shown = request.password === undefined ? request : { ...request, password: passwordPlaceholder };
  return encodeLiveCreate(shown);
}

/** Writes matches inside JSON strings as `\uXXXX`. A match is a character or a backslash and the one it escapes. */
function escaped(json: string, pattern: RegExp): string {
  return json.replaceAll(pattern, (match) => {
    const character = match.at(-1) ?? '';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
