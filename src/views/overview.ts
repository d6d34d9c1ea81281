import type { Schedules } from '../automation/schedules';
import type { StopTimers } from '../automation/stopTimers';
import type { Clock } from '../base/clock';
import type { BudgetAlerts } from '../cost/budgetAlerts';
import type { Ledger } from '../cost/ledger';
import { dayOf } from '../cost/period';
import type { LocationNames } from '../instances/locationNames';
import type { Operations } from '../instances/operations/operations';
import type { InstanceRow } from '../instances/store';
import type { WindowRegistry } from '../instances/windowRegistry';
import type { Tunnels } from '../vscode/tunnels';
import type { Knowledge } from './details';
import { stateWord } from './rowText';
import { plannedStop, type Situation } from './situation';
import type { ArrangedBy } from './tree/arrangement';

/** The parts that know something about an instance. */
export interface OverviewParts {
  readonly clock: Clock;
  readonly operations: Pick<Operations, 'of'>;
  readonly schedules: Pick<Schedules, 'of'>;
  readonly timers: Pick<StopTimers, 'has'>;
  readonly tunnels: Pick<Tunnels, 'of'>;
  readonly windows: Pick<WindowRegistry, 'here' | 'isElsewhere'>;
  readonly ledger: Pick<Ledger, 'runningSince' | 'costOfRun' | 'costOf'>;
  readonly locations: Pick<LocationNames, 'of'>;
  readonly alerts: Pick<BudgetAlerts, 'of'>;
}

/** What all parts know about an instance, as views show it. */
export interface Overview extends Knowledge, ArrangedBy {
  readonly situationOf: (row: InstanceRow) => Situation;
}

export function overviewOf(parts: OverviewParts): Overview {
  const { clock, operations, schedules, timers, tunnels, windows, ledger, locations, alerts } = parts;
  return {
    situationOf: (row) => {
      const { id } = row.instance;
      const schedule = schedules.of(id);
      return {
        row,
        operation: operations.of(id),
        schedule: schedule && plannedStop(schedule, timers),
        tunnels: tunnels.of(id),
        connected: windows.here === id ? 'here' : windows.isElsewhere(id) ? 'elsewhere' : undefined,
        limit: alerts.of(id),
        now: clock.now(),
      };
    },
    costsOf: ({ instance: { id } }) => ({
      runningSince: ledger.runningSince(id),
      run: ledger.costOfRun(id),
      today: ledger.costOf(id, dayOf(clock.now())),
    }),
    locationOf: (id) => locations.of(id),
    stateOf: (row) => stateWord({ row, operation: operations.of(row.instance.id) }),
  };
}

/** The same about the instances of several accounts. */
export function overviewOfAll(of: (accountId: string) => Overview, all: () => readonly Overview[]): Overview {
  return {
    situationOf: (row) => of(row.accountId).situationOf(row),
    costsOf: (row) => of(row.accountId).costsOf(row),
    stateOf: (row) => of(row.accountId).stateOf(row),
    locationOf: (id) => {
      for (const overview of all()) {
        const location = overview.locationOf(id);
        if (location) return location;
      }
      return undefined;
    },
  };
}
