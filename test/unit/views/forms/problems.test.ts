import { describe, expect, it, vi } from 'vitest';
import { BadRequestError } from '../../../../src/api/errors';
import { fieldOfPath, problemsOfError } from '../../../../src/views/forms/problems';
import { rtx4090 } from './catalogFixtures';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

describe('a refusal', () => {
  it.each([
    [['data', 'attributes', 'image'], 'image'],
    [['data', 'attributes', 'resources', 'vcpu_count'], 'vcpus'],
    [['data', 'attributes', 'resources', 'gpus', rtx4090, 'count'], 'gpuCount'],
    [['data', 'attributes', 'resources', 'gpus'], 'gpu'],
    [['data', 'attributes', 'port_forwards', 0], 'ports'],
    [['data', 'attributes', 'location_id'], 'location'],
    [['cpuCores'], 'vcpus'],
    [['diskGb'], 'storage'],
    [['something', 'else'], undefined],
  ])('at %j belongs to %s', (path, field) => {
    expect(fieldOfPath(path)).toBe(field);
  });

  it('lists the allowed values, or else quotes the service', () => {
    const issue = { path: ['image'], message: 'Invalid enum value', options: ['ubuntu2404', 'windows10'] };
    const messages = problemsOfError(
      new BadRequestError('no', [issue, { path: ['name'], message: 'Too odd' }]),
    );
    expect(messages.map((problem) => problem.field)).toEqual(['image', 'name']);
    expect(messages[0]?.message).toContain('ubuntu2404, windows10');
    expect(messages[1]?.message).toBe('Too odd');
  });
});
