import type { CapacityWatches } from '../automation/capacityWatch';
import type { Schedules } from '../automation/schedules';
import type { Ledger } from '../cost/ledger';
import { cancelOperation } from './cancelOperation';
import { scheduleStop } from './scheduleStop';
import type { Commands, Services } from './services';
import { showCosts } from './showCosts';
import { watchCapacity } from './watchCapacity';

/** The parts that track costs and time. */
export interface CostParts {
  readonly ledger: Ledger;
  readonly schedules: Schedules;
  readonly watches: CapacityWatches;
}

export function costCommands(
  services: Services,
  parts: CostParts,
): Commands<
  | 'tensordock.scheduleStop'
  | 'tensordock.cancelOperation'
  | 'tensordock.watchCapacity'
  | 'tensordock.showCosts'
> {
  return {
    'tensordock.scheduleStop': async (...args) => scheduleStop(services, parts, args),
    'tensordock.cancelOperation': async (...args) => cancelOperation(services, parts, args),
    'tensordock.watchCapacity': async () => watchCapacity(services, parts),
    'tensordock.showCosts': async () => showCosts(),
  };
}
