import { vi } from 'vitest';
import type { Services } from '../../../src/commands/services';
import type { Person, Window } from '../instances/windows';

/** What commands get in a window that is connected to no instance, and in which nothing is selected. */
export function commandServices(person: Person, window: Window): Services {
  return {
    store: window.store,
    operations: window.operations,
    clock: person.clock,
    treeView: { visible: false, selection: [] },
    log: { error: vi.fn(), warn: vi.fn(), show: vi.fn() },
    connected: () => Promise.resolve({ kind: 'no' }),
    isOpenElsewhere: () => false,
  } as unknown as Services;
}
