import type { CapacityWatches } from '../automation/capacityWatch';
import type { SeenOffers } from '../automation/seenOffers';
import type { Schedules } from '../automation/schedules';
import type { StopTimers } from '../automation/stopTimers';
import type { Ledger } from '../cost/ledger';
import type { Lazy } from '../base/lazy';
import type { CostsPage } from '../views/costs/costsPage';

/** The parts that track costs and time. */
export interface CostParts {
  readonly ledger: Ledger;
  readonly schedules: Schedules;
  /** Carry out schedules while VS Code is closed. */
  readonly timers: StopTimers;
  readonly watches: CapacityWatches;
  readonly page: Lazy<CostsPage>;
  /** What TensorDock has listed so far. */
  readonly seen: Pick<SeenOffers, 'of'>;
}
