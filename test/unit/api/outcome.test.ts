import { describe, expect, it } from 'vitest';
import { NotFoundError, OutcomeUnknownError, TensorDockError } from '../../../src/api/errors';
import { classifyFailure, type FailureEvidence, outcomeOfError } from '../../../src/api/outcome';

const answer = (httpStatus: number, more: object = {}): FailureEvidence => ({
  kind: 'answer',
  httpStatus,
  ownJson: true,
  errorInside: false,
  noCapacity: false,
  ...more,
});
const inside = (statusInside?: number, more: object = {}): FailureEvidence =>
  answer(200, { errorInside: true, statusInside, ...more });

describe('a failed change', () => {
  it.each([
    ['nothing was sent', { kind: 'not-sent' }],
    ['a 400 in JSON', answer(400)],
    ['a 401 in JSON', answer(401)],
    ['a 404 in JSON', answer(404)],
    ['a 409 in JSON', answer(409)],
    ['a 429 in JSON', answer(429)],
    ['an error in a 200', inside()],
    ['an error in a 200 that names a 404', inside(404)],
    ['an error in a 200 that names a 500 and says there is no capacity', inside(500, { noCapacity: true })],
  ] satisfies [string, FailureEvidence][])('is refused: %s', (_, evidence) => {
    expect(classifyFailure(evidence)).toBe('refused');
  });

  it.each([
    ['no whole answer', { kind: 'no-answer' }],
    ['a 500', answer(500)],
    ['a 503 that says there is no capacity', answer(503, { noCapacity: true })],
    ['a 599', answer(599)],
    ['a 404 without JSON', answer(404, { ownJson: false })],
    ['a 429 without JSON', answer(429, { ownJson: false })],
    ['a 408', answer(408)],
    ['a 499', answer(499)],
    ['a redirect', answer(307)],
    ['an error in a 200 that names a 500', inside(500)],
    ['a 200 without an error that is not JSON', answer(200, { ownJson: false })],
  ] satisfies [string, FailureEvidence][])('is unknown: %s', (_, evidence) => {
    expect(classifyFailure(evidence)).toBe('unknown');
  });
});

describe('the outcome of an error', () => {
  it('is a refusal, or unknown', () => {
    const gone = new NotFoundError('gone');
    expect(outcomeOfError(gone)).toEqual({ kind: 'refused', error: gone });
    const canceled = new TensorDockError('cancelled', 'Canceled.');
    expect(outcomeOfError(canceled)).toEqual({ kind: 'refused', error: canceled });
    const open = new OutcomeUnknownError('?');
    expect(outcomeOfError(open)).toEqual({ kind: 'unknown', error: open });
  });

  it('is unknown if the error says nothing about the request', () => {
    expect(outcomeOfError(new Error('bug')).kind).toBe('unknown');
    expect(outcomeOfError('bug')).toMatchObject({ kind: 'unknown', error: new Error('bug') });
  });
});
