import { Emitter } from '../base/emitter';
import type { InstanceRow } from '../instances/store';
import { knownRate } from './billing';
import { budgetAlerts, hasLimits, spendingOf, type BudgetAlert, type BudgetLimits } from './budget';
import type { Ledger } from './ledger';

export interface BudgetAlertsOptions {
  readonly rows: () => readonly InstanceRow[];
  readonly ledger: Pick<Ledger, 'total'>;
  readonly limits: () => BudgetLimits;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The limits that need a person's attention now, worst first, and the instance to stop first. */
export class BudgetAlerts {
  private readonly changed = new Emitter<void>();
  /** Fired if another limit needs attention, or another instance is the one to stop first. */
  readonly onDidChange = this.changed.event;
  private alerts: readonly BudgetAlert[] = [];
  private stopFirst: string | undefined;

  constructor(private readonly options: BudgetAlertsOptions) {}

  get all(): readonly BudgetAlert[] {
    return this.alerts;
  }

  /** The most expensive instance that can be stopped, while a limit needs attention. */
  get toStopFirst(): string | undefined {
    return this.stopFirst;
  }

  /** The limit that's reached, on the instance to stop first. */
  of(id: string): BudgetAlert | undefined {
    return id === this.stopFirst ? this.alerts.find(({ level }) => level === 'reached') : undefined;
  }

  /** Call this when what is spent, what is running, or what is allowed may have changed. */
  update(): void {
    const limits = this.options.limits();
    const rows = this.options.rows();
    const alerts = hasLimits(limits)
      ? budgetAlerts(limits, spendingOf(this.options.ledger, rows, this.options.now()))
      : [];
    const stopFirst = alerts.length === 0 ? undefined : mostExpensive(rows);
    if (stopFirst === this.stopFirst && JSON.stringify(alerts) === JSON.stringify(this.alerts)) return;
    this.alerts = alerts;
    this.stopFirst = stopFirst;
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** One whose rate isn't known may be the most expensive, and is taken only if no rate is. */
function mostExpensive(rows: readonly InstanceRow[]): string | undefined {
  const rateOf = ({ instance }: InstanceRow): number => knownRate(instance.rateHourly) ?? -1;
  const [first] = rows
    .filter(({ state }) => state === 'running')
    .toSorted((one, other) => rateOf(other) - rateOf(one));
  return first?.instance.id;
}
