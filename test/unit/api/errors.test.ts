import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { refusesShape } from '../../../src/api/dialect';
import { findErrorInside, readErrorBody } from '../../../src/api/errorBody';
import { BadRequestError } from '../../../src/api/errors';
import { refusalError } from '../../../src/api/refusal';
import { Redactor } from '../../../src/api/serviceText';
import { gets, lists } from './bodies';

const token = 'tok3nTok3nTok3n';

function refuse(status: number, body: unknown, changing = true) {
  return refusalError({ httpStatus: status, body: readErrorBody(body), changing }, new Redactor([token]));
}

const image = {
  received: 'debian12',
  code: 'invalid_enum_value',
  options: ['ubuntu2404', 'ubuntu2204', 'windows10'],
  path: ['data', 'attributes', 'image'],
  message: "Invalid enum value. Expected 'ubuntu2404' | 'ubuntu2204' | 'windows10', received 'debian12'",
};
const port22 = {
  code: 'custom',
  message: 'SSH port (22) must be forwarded for Ubuntu VMs',
  path: ['data', 'attributes', 'port_forwards'],
};

describe('an error', () => {
  it.each([
    [
      401,
      { errors: [{ status: '401', title: 'Unauthorized', detail: 'Invalid or missing token' }] },
      'unauthorized',
    ],
    [401, { error: 'Invalid API credentials' }, 'unauthorized'],
    [403, { error: 'Access denied' }, 'forbidden'],
    [404, { errors: [{ status: '404', title: 'Not Found', detail: 'Instance not found' }] }, 'not-found'],
    [404, { error: 'Instance not found' }, 'not-found'],
    [429, { error: 'Rate limit exceeded. Please try again later.' }, 'rate-limited'],
    [400, { error: 'No available nodes found' }, 'no-capacity'],
    [404, { status: 404, error: 'No available nodes found' }, 'no-capacity'],
    [500, { status: 500, error: 'No available nodes found' }, 'outcome-unknown'],
    [503, { error: 'No capacity' }, 'outcome-unknown'],
    [404, '<html>404 Not Found</html>', 'outcome-unknown'],
    [403, '', 'outcome-unknown'],
    [400, { error: 'Hostnode unavailable', status: 400 }, 'no-capacity'],
    [400, { error: 'Insufficient capacity for this request' }, 'no-capacity'],
    [400, { message: 'This GPU is out of stock' }, 'no-capacity'],
    [400, { detail: 'Resource unavailable' }, 'no-capacity'],
    [400, { error: 'No available public IPs on hostnode' }, 'no-capacity'],
    [400, { error: 'No available GPUs' }, 'no-capacity'],
    [400, { error: { message: 'GPU slot expired' } }, 'no-capacity'],
    [400, { error: 'You need at least $1 to deploy an instance' }, 'bad-request'],
    [400, [port22], 'bad-request'],
    [400, [image], 'bad-request'],
    [400, { error: [image] }, 'bad-request'],
    [409, { error: 'Instance is already running' }, 'conflict'],
    [500, { error: 'An unexpected error during deployment occurred' }, 'outcome-unknown'],
    [502, '502 Bad Gateway', 'outcome-unknown'],
  ])('%d %j is %s', (status, body, code) => {
    const error = refuse(status, body);
    expect(error.code).toBe(code);
    expect(error.message.length).toBeGreaterThan(20);
  });

  it.each([
    [502, 'Bad Gateway', 'Try again in a minute.'],
    [429, { error: 'Rate limit exceeded.' }, 'Try again in a minute.'],
  ])('%d %j tells a person to try again, but not where that happens by itself', (status, body, advice) => {
    const error = refuse(status, body, false);
    expect(error.message).toBe(`${error.what} ${advice}`);
    expect(error.what).not.toMatch(/try again/i);
  });

  it('of the service is no doubt for a call that changes nothing', () => {
    expect(refuse(502, 'Bad Gateway', false)).toMatchObject({ code: 'service-down', status: 502 });
  });

  it('says what to do, in the service’s words and ours', () => {
    expect(refuse(400, { error: 'You need at least $1 to deploy' }).message).toMatch(
      /balance.*need at least \$1/,
    );
    expect(refuse(400, [port22]).message).toMatch(/port 22 forwarded, or a dedicated IP/);
    expect(refuse(400, { error: 'No available public IPs on hostnode' }).message).toMatch(
      /Use port forwarding/,
    );
    expect(refuse(400, [image]).message).toMatch(/this image.*ubuntu2404, ubuntu2204, windows10/);
    expect(refuse(400, { error: "Instance must be in 'Stopped' state" }).message).toMatch(/Stop it first/);
  });

  it('names the fields that were refused, with the values that would do', () => {
    expect(refuse(400, [image])).toMatchObject({
      issues: [{ path: ['data', 'attributes', 'image'], code: 'invalid_enum_value', options: image.options }],
    });
    expect(
      refuse(422, { detail: [{ loc: ['body', 'data', 'name'], msg: 'field required', type: 'missing' }] }),
    ).toMatchObject({ issues: [{ path: ['body', 'data', 'name'], message: 'field required' }] });
  });

  it('never holds the token, however it is echoed', () => {
    const echoes = [
      `token ${token}`,
      `${'x'.repeat(295)}${token}`,
      `${token.slice(0, 5)}\u0000${token.slice(5)}`.replace('\u0000', '\u200b'),
      [{ path: [token], message: `bad ${token}`, options: [token], code: token }],
      { errors: [{ detail: token, source: { pointer: `/data/${token}` } }] },
    ];
    for (const echo of echoes) {
      const error = refuse(400, { error: echo });
      const everything = inspect(error, { depth: null, showHidden: true, maxStringLength: null });
      expect(everything).not.toContain(token);
      expect(everything).not.toContain(token.slice(0, 8));
    }
  });

  it('is shown on one line, without control characters, and cut', () => {
    const { serviceText } = refuse(400, { error: `a\u001b[31m\nb\u202ec ${'y'.repeat(5000)}` });
    expect(serviceText).toMatch(/^a \[31m bc y+…$/u);
    expect(serviceText?.length).toBeLessThan(400);
  });
});

describe('an error inside a successful answer', () => {
  it.each([
    [{ status: 400, error: 'No available nodes found' }, 400],
    [{ status: '400', error: 'x' }, 400],
    [{ data: { status: 400, error: 'x' } }, 400],
    [{ status: 404 }, 404],
    [{ error: 'x' }, undefined],
    [{ errors: [{ status: '429', detail: 'x' }] }, 429],
    [{ success: false, message: 'x' }, undefined],
  ])('is found: %j', (body, status) => {
    const inside = findErrorInside(body);
    expect(inside).toBeDefined();
    expect(inside?.status).toBe(status);
  });

  it.each([
    ...Object.values(gets),
    ...Object.values(lists),
    { data: [], error: null },
    { data: { instances: [] }, errors: [] },
    { id: 'a', status: 'error', error: 'disk failed' },
    { data: { id: 'a', status: 'failed', error: 'boom' } },
    { status: 200, data: { id: 'a', status: 'running' } },
    { data: { type: 'success', message: 'done' }, error: '' },
  ])('is not seen where there is none: %j', (body) => {
    expect(findErrorInside(body)).toBeUndefined();
  });
});

describe('a refusal of the form', () => {
  const at = (path: (string | number)[], message: string, code?: string) => [{ path, message, code }];
  const gpus = ['data', 'attributes', 'resources', 'gpus'];

  function isRefusal(status: number, body: unknown, known?: 'live' | 'specified'): boolean {
    const error = refuse(status, body);
    return error instanceof BadRequestError && refusesShape(error, known);
  }

  it.each([
    [400, at(gpus, 'Expected object, received array', 'invalid_type')],
    [400, at(gpus, 'Expected array, received object', 'invalid_type')],
    [400, at(gpus, 'Invalid input: expected record, received array', 'invalid_type')],
    [400, at(['data', 'attributes', 'cloud_init'], 'Expected object, received string', 'invalid_type')],
    [400, { error: at(gpus, 'Invalid input', 'invalid_union') }],
    [400, { errors: [{ status: '400', title: 'Bad Request', detail: 'resources.gpus must be an array' }] }],
    [400, { error: 'cloud_init must be a string' }],
    [
      422,
      {
        type: 'UNPROCESSABLE_ENTITY',
        title: 'Invalid request',
        status: 422,
        validation: [
          { location: ['body', ...gpus], severity: 'Error', code: 'type', message: 'gpus must be array' },
        ],
      },
    ],
    [422, { detail: [{ loc: ['body', ...gpus], msg: 'value is not a valid dict', type: 'invalid type' }] }],
  ])('is seen: %d %j', (status, body) => {
    expect(isRefusal(status, body)).toBe(true);
    expect(isRefusal(status, body, 'live')).toBe(true);
  });

  it.each([
    [400, [image]],
    [400, [port22]],
    [400, at([...gpus, 'rtx9999'], 'Invalid enum value', 'invalid_enum_value')],
    [400, at([...gpus, 'x', 'count'], 'Expected number, received string', 'invalid_type')],
    [400, at(['data', 'attributes', 'name'], 'Expected string, received array', 'invalid_type')],
    [400, { error: 'No available GPUs' }],
    [400, { error: 'At least one of gpus is needed at a location' }],
    [409, { error: 'gpus must be an array' }],
    [500, { error: 'gpus must be an array' }],
  ])('is not mistaken for one of a value: %d %j', (status, body) => {
    expect(isRefusal(status, body)).toBe(false);
  });

  it('is supposed of a bare refusal of the body only while the dialect is unknown', () => {
    expect(isRefusal(400, { error: 'Invalid request body' })).toBe(true);
    expect(isRefusal(400, { error: 'Invalid request body' }, 'live')).toBe(false);
  });
});
