import { expect, it } from 'vitest';
import { inferDialect } from '../../../src/api/dialect';
import { gets, id, liveDetails, lists, model, specifiedDetails } from './bodies';

it.each([
  [gets['as specified'], 'specified'],
  [gets['flat, as seen live'], 'live'],
  [lists['as specified'], 'specified'],
  [lists['as seen live'], 'live'],
  [lists['as documented'], 'live'],
  [lists['as on the start page'], 'specified'],
  [{ data: [] }, 'live'],
  [{ id, resources: { gpus: {} } }, 'live'],
  [{ id, portForwards: { '22': 20022 } }, 'specified'],
  [{ id, portForwards: [] }, 'live'],
  [{ data: [{ id, resources: { gpus: [{ gpuV0Name: model, count: 1 }] } }] }, 'specified'],
])('%j is %s', (body, dialect) => {
  expect(inferDialect(body)).toBe(dialect);
});

it.each([
  [{ data: { instances: [] } }],
  [{ data: { type: 'virtualmachine', id, attributes: { name: 'n', status: 'running' } } }],
  [{ type: 'instance', id, name: 'n', status: 'running' }],
  [
    {
      data: {
        instances: [
          { id, attributes: specifiedDetails },
          { id: 'b', ...liveDetails },
        ],
      },
    },
  ],
  [null],
  ['x'],
])('%j proves nothing', (body) => {
  expect(inferDialect(body)).toBeUndefined();
});
