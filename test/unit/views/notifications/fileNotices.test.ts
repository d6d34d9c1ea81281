import { beforeEach, expect, it, vi } from 'vitest';
import { fileNotices } from '../../../../src/views/notifications/fileNotices';
import { resetWindow, window } from '../../fakeVscode';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

beforeEach(resetWindow);

it('says that damaged schedules will not be carried out, and where the damaged file is', () => {
  fileNotices()('schedules').onDamaged?.('/storage/schedules.json.damaged-20261124');
  expect(window.messages).toEqual([
    expect.stringMatching(/scheduled stops were damaged.*Nothing will be stopped.*damaged-20261124/),
  ]);
});

it('says nothing of a damaged list of instances, which the next refresh brings back', () => {
  fileNotices()('instances').onDamaged?.('/storage/snapshot.json.damaged');
  expect(window.messages).toEqual([]);
});

it('says that a damaged list of accounts may separate an account from its costs', () => {
  fileNotices()('accounts').onDamaged?.('/storage/accounts.json.damaged');
  expect(window.messages).toEqual([
    expect.stringMatching(/known accounts was damaged.*accounts\.json\.damaged/),
  ]);
});

it('says once that nothing can be saved, however many files are concerned', () => {
  const events = fileNotices();
  for (const contents of [
    'instances',
    'operations',
    'accounts',
    'costs',
    'schedules',
    'watches',
    'reminders',
  ] as const) {
    events(contents).onUnwritable?.(new Error('EACCES'));
  }
  expect(window.messages).toEqual([expect.stringContaining('can’t be written')]);
});

it('says nothing about a damaged list of instances, which TensorDock sends again', () => {
  fileNotices()('instances').onDamaged?.('/storage/snapshot-a.json.damaged-20261124');
  expect(window.messages).toEqual([]);
});
