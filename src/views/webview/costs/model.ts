import * as v from 'valibot';
import { compareTexts } from '../../../base/locale';
import type { Channel } from '../shared/channel';
import type { CostsInstance, CostsReport, FromCostsPage, ToCostsPage } from '../shared/costsProtocol';

/** A column of the table by instance. */
export type Column = 'name' | 'state' | 'rate' | 'today' | 'month' | 'running' | 'unseen';

const savedSchema = v.object({
  month: v.optional(v.string()),
  sortBy: v.picklist(['name', 'state', 'rate', 'today', 'month', 'running', 'unseen']),
  descending: v.boolean(),
});

/** The state of the costs page. Calls `redraw` after each change. */
export class CostsModel {
  report?: CostsReport;
  signedIn = true;
  sortBy: Column = 'month';
  descending = true;
  private month?: string;

  constructor(
    private readonly channel: Channel<FromCostsPage>,
    private readonly redraw: () => void,
  ) {
    const saved = channel.load(savedSchema);
    if (!saved) return;
    this.month = saved.month;
    this.sortBy = saved.sortBy;
    this.descending = saved.descending;
  }

  start(): void {
    this.channel.post({ type: 'ready', month: this.month });
  }

  receive(message: ToCostsPage): void {
    if (message.type === 'report') {
      this.report = message.report;
      this.signedIn = message.signedIn;
    }
    this.redraw();
  }

  /** The rows in the chosen order. */
  get instances(): readonly CostsInstance[] {
    const { report, sortBy, descending } = this;
    return [...(report?.instances ?? [])].sort(
      (one, other) => (descending ? -1 : 1) * compare(one, other, sortBy) || compare(one, other, 'name'),
    );
  }

  showMonth(month: string): void {
    this.month = month;
    this.save();
    this.channel.post({ type: 'month', month });
  }

  /** Sorts by a column; once more, the other way around. */
  sort(column: Column): void {
    this.descending = this.sortBy === column ? !this.descending : column !== 'name' && column !== 'state';
    this.sortBy = column;
    this.save();
    this.redraw();
  }

  post(message: FromCostsPage): void {
    this.channel.post(message);
  }

  private save(): void {
    const { month, sortBy, descending } = this;
    this.channel.save({ month, sortBy, descending });
  }
}

function compare(one: CostsInstance, other: CostsInstance, column: Column): number {
  if (column === 'name' || column === 'state') return compareTexts(one[column], other[column]);
  return (one[column]?.value ?? 0) - (other[column]?.value ?? 0);
}
