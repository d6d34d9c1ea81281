import { describe, expect, it, vi } from 'vitest';
import { NoCapacityError, OutcomeUnknownError, ServiceError } from '../../../../src/api/errors';
import { UnclearCreateError } from '../../../../src/instances/createOutcome';
import { idempotencyKey } from '../../../../src/views/forms/createRequest';
import { describeFailure, describeOutcome, prepare } from '../../../../src/views/forms/createSubmit';
import { access, catalog, draft } from './catalogFixtures';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

const known = { catalog, access, names: [] };

describe('the end of a create', () => {
  it('says what was found and for how long', () => {
    const adopted = describeOutcome(
      { kind: 'done', value: { id: 'i', search: { lists: 4, forMs: 45_000 } } },
      'n',
    );
    expect(adopted).toMatchObject({ kind: 'created', id: 'i' });
    expect(adopted.message).toContain('45 s');
    const unknown = describeOutcome(
      {
        kind: 'unknown',
        error: new UnclearCreateError('Your list was checked 3 times.', { lists: 3, forMs: 120_000 }),
      },
      'n',
    );
    expect(unknown.kind).toBe('unknown');
    expect(unknown.message).toContain('checked 3 times');
  });

  it('offers other locations only if there was no capacity', () => {
    const refused = (error: NoCapacityError | ServiceError): unknown =>
      describeOutcome({ kind: 'refused', error }, 'n');
    expect(refused(new NoCapacityError('full'))).toMatchObject({ noCapacity: true, message: 'full' });
    expect(refused(new ServiceError('service-down', 'down'))).toMatchObject({ noCapacity: false });
  });

  it('is unknown if the request may have got through, whatever else is said', () => {
    const error = new OutcomeUnknownError('no answer');
    for (const result of [describeFailure(error, 'n'), describeOutcome({ kind: 'refused', error }, 'n')]) {
      expect(result.kind).toBe('unknown');
      expect('message' in result && result.message).toMatch(/unknown whether “n” was created/);
    }
    expect(describeFailure(new ServiceError('service-down', 'down'), 'n').kind).toBe('refused');
  });
});

describe('an idempotency key', () => {
  it('is the same for the same instance with any password, and differs for another', () => {
    const key = (change: object, password?: string, account = 'one'): string =>
      idempotencyKey(prepare({ ...draft, image: 'windows10', ...change }, known, password).request, account);
    expect(key({}, 'a')).toBe(key({}, 'b'));
    expect(key({})).not.toBe(key({ name: 'other' }));
    expect(key({})).not.toBe(key({}, undefined, 'other'));
  });

  it('comes with a second check of the draft', () => {
    const { problems } = prepare({ ...draft, vcpus: '7', cloudInit: 'users: []' }, known);
    expect(problems.map((problem) => problem.field)).toEqual(['vcpus', 'cloudInit']);
    expect(prepare(draft, { ...known, names: ['RTX4090-1'] }).problems[0]?.field).toBe('name');
  });
});
