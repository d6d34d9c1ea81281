import { cancelOperation } from './cancelOperation';
import type { CostParts } from './costParts';
import { scheduleStop } from './scheduleStop';
import type { Commands, Services } from './services';
import { showCosts } from './showCosts';
import { watchCapacity } from './watchCapacity';

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
