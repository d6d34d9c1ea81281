import type { InstanceRow } from '../../instances/store';
import { arrange, groupRows, type ArrangedBy, type Arrangement } from './arrangement';

/** The rows in their order by the title of their group; without groups all of them are under `undefined`. */
export type Layout = ReadonlyMap<string | undefined, readonly InstanceRow[]>;

/** What a layout is made of. */
export interface LayoutParts extends ArrangedBy {
  /** The same list as long as nothing in it has changed. */
  readonly rows: () => readonly InstanceRow[];
  readonly arrangement: () => Arrangement;
}

/** Arranges the rows once, however often their layout is asked for. */
export class Layouts {
  private known:
    { readonly rows: readonly InstanceRow[]; readonly by: string; readonly layout: Layout } | undefined;

  constructor(private readonly parts: LayoutParts) {}

  current(): Layout {
    const rows = this.parts.rows();
    const { filter, sort, group } = this.parts.arrangement();
    const by = JSON.stringify([filter, sort, group]);
    if (this.known?.rows !== rows || this.known.by !== by) {
      const arranged = arrange(rows, { filter, sort, group }, this.parts);
      const layout =
        group === 'none' ? new Map([[undefined, arranged]]) : groupRows(arranged, group, this.parts);
      this.known = { rows, by, layout };
    }
    return this.known.layout;
  }

  /** Call this when something else that a layout depends on has changed, such as an operation. */
  forget(): void {
    this.known = undefined;
  }
}

/** Titles of the groups with other rows, or an other order of them; `all` if the top level has changed. */
export function movedBetween(before: Layout, after: Layout): ReadonlySet<string> | 'all' {
  if ([...before.keys()].join('\n') !== [...after.keys()].join('\n')) return 'all';
  const moved = new Set<string>();
  for (const [title, rows] of after) {
    if (idsOf(rows) === idsOf(before.get(title) ?? [])) continue;
    if (title === undefined) return 'all';
    moved.add(title);
  }
  return moved;
}

function idsOf(rows: readonly InstanceRow[]): string {
  return rows.map(({ instance }) => instance.id).join('\n');
}
