import { Reminders, type RemindersOptions } from '../../../src/automation/reminders';
import { silentLogger } from '../../../src/base/logger';
import { Ledger } from '../../../src/cost/ledger';
import type { ManualClock } from '../../simulator/clock';
import { own, StandInStore } from '../cost/support';

/** What of a window counts costs and reminds of instances. */
export interface ReminderWindow {
  readonly store: StandInStore;
  readonly ledger: Ledger;
  readonly reminders: Reminders;
}

/** Opens one; `before` gets its reminders before anything is read. */
export async function openReminders(
  folder: string,
  clock: ManualClock,
  options: Pick<RemindersOptions, 'remindAfterHours' | 'excused' | 'isConnected'>,
  before: (reminders: Reminders) => void,
): Promise<ReminderWindow> {
  const store = new StandInStore();
  const ledger = own(new Ledger({ folder, clock, log: silentLogger, store }));
  const reminders = own(new Reminders({ folder, clock, log: silentLogger, store, ledger, ...options }));
  before(reminders);
  await ledger.settled();
  return { store, ledger, reminders };
}
