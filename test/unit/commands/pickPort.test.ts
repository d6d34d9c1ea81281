import { expect, test, vi } from 'vitest';
import { givenPort } from '../../../src/commands/pickPort';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const row = (forward: unknown): unknown => ({ kind: 'port', parent: { kind: 'instance', id: 'a' }, forward });

test.each([
  ['a number that is no port', ['id', 0]],
  ['a number that is no port', ['id', 65_536]],
  ['a number that is no port', ['id', 80.5]],
  ['a number that is no port', ['id', Number.NaN]],
  ['a row that isn’t ours', [row({ internalPort: 80, externalPort: '80@evil.example' })]],
  ['a row that isn’t ours', [row({ internalPort: '80', externalPort: 80 })]],
])('a command refuses %s: %j', (_, args) => {
  expect(() => givenPort(args)).toThrow('1 to 65535');
});

test('a command takes a port by its row or its number', () => {
  expect(givenPort(['id', 8080])).toEqual({ internalPort: 8080, externalPort: 8080 });
  expect(givenPort([row({ internalPort: 22, externalPort: 2222 })])).toEqual({
    internalPort: 22,
    externalPort: 2222,
  });
  expect(givenPort(['id'])).toBeUndefined();
});
