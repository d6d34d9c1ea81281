import * as v from 'valibot';
import type { Fault, FaultOrder } from './faults';

/** How `--fault` is written, for `--help`. */
export const faultHelp = `A fault is "[METHOD] [PATH] [xTIMES] KIND[=VALUE]". It affects the next request that fits, or the next TIMES.
PATH is below /api/v2, and * stands for one segment: "POST /instances/*/start x3 html=502".
  slow=MS, late=MS               wait before carrying the request out, or after
  drop-before, drop-after        close the connection before or after carrying it out
  never-before, never-after      never answer, before or after carrying it out
  cut, empty, body=TEXT          carry it out; send half the answer, no body, or this body
  html=404|502|503|504           a gateway's page; the request isn't carried out
  handled-html=404|502|503|504   a gateway's page, though the request is carried out
  rate-limited[=SECONDS]         429, with or without Retry-After
  status=CODE                    this status with a JSON error; the request isn't carried out
  error=TEXT                     200 with this error inside; the request isn't carried out
  redirect=URL                   302 to this address
`;

const htmlStatuses = v.pipe(v.string(), v.transform(Number), v.picklist([404, 502, 503, 504]));
const milliseconds = v.pipe(v.string(), v.digits(), v.transform(Number));
const status = v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(200), v.maxValue(599));
const words = v.pipe(v.string(), v.nonEmpty());

const kinds: Readonly<Record<string, (value: string | undefined) => Fault>> = {
  slow: (value) => ({ kind: 'slow', ms: v.parse(milliseconds, value) }),
  late: (value) => ({ kind: 'late', ms: v.parse(milliseconds, value) }),
  'drop-before': () => ({ kind: 'drop', when: 'before' }),
  'drop-after': () => ({ kind: 'drop', when: 'after' }),
  'never-before': () => ({ kind: 'never', when: 'before' }),
  'never-after': () => ({ kind: 'never', when: 'after' }),
  cut: () => ({ kind: 'cut' }),
  empty: () => ({ kind: 'empty' }),
  body: (value) => ({ kind: 'body', body: value ?? '' }),
  html: (value) => ({ kind: 'html', status: v.parse(htmlStatuses, value) }),
  'handled-html': (value) => ({ kind: 'html', status: v.parse(htmlStatuses, value), handled: true }),
  'rate-limited': (value) => ({ kind: 'rate-limited', retryAfter: value }),
  status: (value) => {
    const code = v.parse(status, value);
    return { kind: 'status', status: code, body: { error: `Simulated error ${code}` } };
  },
  error: (value) => ({ kind: 'error-in-200', error: v.parse(words, value) }),
  redirect: (value) => ({ kind: 'redirect', location: v.parse(words, value) }),
};

/** Reads a fault as `faultHelp` describes it. Throws an `Error` that quotes what doesn't fit. */
export function parseFault(text: string): FaultOrder {
  const form = /^(?:(GET|POST|PUT|PATCH|DELETE) +)?(?:(\/\S*) +)?(?:x(\d+) +)?([a-z-]+)(?:=(.*))?$/s;
  const [, method, path, times, kind = '', value] = form.exec(text.trim()) ?? [];
  const make = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (make === undefined) throw new Error(`"${text}" isn't a fault.`);
  try {
    return {
      method,
      path: path === undefined ? undefined : pattern(path),
      times: times === undefined ? undefined : Number(times),
      fault: make(value),
    };
  } catch (error) {
    throw new Error(`"${text}" isn't a fault: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function pattern(path: string): RegExp {
  const segments = path
    .split('/')
    .map((segment) => (segment === '*' ? '[^/]+' : segment.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)));
  return new RegExp(`^/api/v2${segments.join('/')}$`);
}
