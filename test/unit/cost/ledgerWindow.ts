import { silentLogger } from '../../../src/base/logger';
import { Ledger } from '../../../src/cost/ledger';
import type { ManualClock } from '../../simulator/clock';
import { own, StandInStore } from './support';

/** One window, as far as costs go. */
export interface Window {
  readonly ledger: Ledger;
  readonly store: StandInStore;
}

/** A window that has read what was recorded. */
export async function newWindow(folder: string, clock: ManualClock): Promise<Window> {
  const store = new StandInStore();
  const ledger = own(new Ledger({ folder, clock, log: silentLogger, store }));
  await ledger.settled();
  return { ledger, store };
}
