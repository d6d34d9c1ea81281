import { expect, it } from 'vitest';
import { connectionFailure, readRetryAfter } from '../../../src/api/answer';

it.each([
  [{ code: 'ECONNREFUSED', erroredSysCall: 'connect' }, 'not-sent'],
  [{ code: 'ECONNREFUSED' }, 'not-sent'],
  [{ code: 'ENOTFOUND', erroredSysCall: 'getaddrinfo' }, 'not-sent'],
  [{ code: 'ETIMEDOUT', erroredSysCall: 'connect' }, 'not-sent'],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'certificate'],
  [{ code: 'CERT_HAS_EXPIRED' }, 'certificate'],
  [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'certificate'],
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'certificate'],
  [{ code: 'ETIMEDOUT', erroredSysCall: 'read' }, 'lost'],
  [{ code: 'ECONNRESET' }, 'lost'],
  [new Error('socket hang up'), 'lost'],
  [undefined, 'lost'],
])('a connection that failed with %j counts as %s', (error, kind) => {
  expect(connectionFailure(error)).toBe(kind);
});

const now = Date.UTC(2026, 0, 1);
it.each([
  ['7', 7_000],
  [' 0.5 ', 500],
  ['Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['-3', undefined],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
  ['9'.repeat(400), undefined],
])('Retry-After %j asks for %s ms', (header, ms) => {
  expect(readRetryAfter(header, now)).toBe(ms);
});
