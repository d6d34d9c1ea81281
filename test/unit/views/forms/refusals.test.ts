import { expect, it, vi } from 'vitest';
import { readErrorBody } from '../../../../src/api/errorBody';
import { refusalError } from '../../../../src/api/refusal';
import { Redactor } from '../../../../src/api/serviceText';
import { describeOutcome } from '../../../../src/views/forms/createSubmit';
import { CreateModel } from '../../../../src/views/webview/create/model';
import { access, catalog, draft } from './catalogFixtures';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const at = (field: string, message: string, more: object = {}): object[] => [
  { code: 'custom', message, path: ['data', 'attributes', field], ...more },
];

/** What the service refuses a create with (fact sheet, sections 1.3 and 1.10), and the words that say what to do next. */
const refusals: readonly (readonly [number, unknown, RegExp, string?])[] = [
  [400, { error: 'No available nodes found' }, /another (placement|location)|other locations|smaller|later/i],
  [404, { status: 404, error: 'No available nodes found' }, /another (placement|location)|smaller|later/i],
  [500, { status: 500, error: 'No available nodes found' }, /unknown whether “box” was created.*Check/],
  [400, { status: 400, error: 'Hostnode unavailable' }, /another (placement|location)|smaller|later/i],
  [400, { error: 'No available public IPs on hostnode' }, /port forwards|another (placement|location)/i],
  [400, { error: 'You need at least $1 to deploy an instance' }, /balance|add (money|funds)|top up/i],
  [401, { error: 'Invalid API credentials' }, /sign in|token/i],
  [403, { error: 'Access denied' }, /token|permission|allow/i],
  [429, { error: 'Rate limit exceeded. Please try again later.' }, /wait|again|minute/i],
  [400, at('port_forwards', 'SSH port (22) must be forwarded for Ubuntu VMs'), /22/, 'ports'],
  [
    400,
    at('image', 'Invalid enum value', { code: 'invalid_enum_value', options: ['ubuntu2404'] }),
    /ubuntu2404/,
    'image',
  ],
  [400, { message: 'Name is taken' }, /Name is taken/],
  [400, { detail: 'Storage is too small' }, /Storage is too small/],
];

const cases = refusals.map(([status, body, words, field]) => ({
  status,
  body,
  words,
  field,
  said: JSON.stringify(body),
}));

it.each(cases)(
  '$status $said is explained with what to do next, and the form keeps its contents',
  (given) => {
    const { status, body, words, field } = given;
    const error = refusalError(
      { httpStatus: status, body: readErrorBody(body), changing: true },
      new Redactor([]),
    );
    const result = describeOutcome({ kind: 'refused', error }, 'box');
    const sent: { type: string; submitId?: string }[] = [];
    const model = new CreateModel(
      { post: (message) => sent.push(message), load: () => undefined, save: () => undefined },
      () => undefined,
    );
    model.start();
    model.receive({ type: 'init', draft, recipes: [] });
    model.receive({ type: 'names', taken: [] });
    model.receive({ type: 'catalog', catalog });
    model.receive({ type: 'access', access });
    model.change({ ports: '8888 6006', storageGb: '300', cloudInit: 'packages: [git]' });
    const typed = model.draft;
    model.submit();
    const { submitId = '' } = sent.find(({ type }) => type === 'submit') ?? {};
    model.receive({ type: 'result', submitId, result });

    expect(model.draft).toEqual(typed);
    const read = 'message' in result ? result.message : '';
    expect(
      [read, ...(result.kind === 'refused' ? result.problems.map(({ message }) => message) : [])].join(' '),
    ).toMatch(words);
    if (field !== undefined) expect(result).toMatchObject({ problems: [{ field }] });
    // It can be corrected and submitted again; where the instance may exist, only after a question.
    model.change({ storageGb: '350' });
    model.submit();
    expect(sent.filter(({ type }) => type === 'submit')).toHaveLength(result.kind === 'refused' ? 2 : 1);
  },
);
