import type { InstanceRow, InstanceStore } from '../instances/store';
import type { WindowRegistry } from '../instances/windowRegistry';
import type { Tunnels } from '../vscode/tunnels';
import { setContextKey } from './contextKeys';
import { canStopAll, type InstanceAction } from './presentation';
import { actionsOf, type Situation } from './situation';

/** What decides which commands can work now. */
export interface MenuParts {
  readonly store: Pick<InstanceStore, 'rows'>;
  readonly situationOf: (row: InstanceRow) => Situation;
  readonly tunnels: Pick<Tunnels, 'all'>;
  readonly activity: { readonly count: number };
  readonly windows: Pick<WindowRegistry, 'here'>;
}

const actions: readonly InstanceAction[] = [
  ...(['start', 'stop', 'restart', 'delete', 'connect', 'modify', 'startWhenAvailable'] as const),
];

/** Tells menus and the command palette what can work now. */
export function updateMenus(parts: MenuParts): void {
  setContextKey('hasActivity', parts.activity.count > 0);
  setContextKey('cannot', cannotDo(parts));
}

/**
 * What no command can do now, as words for `when` clauses. Before main.js is loaded nothing is known, and everything is
 * offered.
 */
export function cannotDo({ store, situationOf, tunnels, activity, windows }: MenuParts): string {
  const rows = store.rows();
  const possible = new Set<string>(rows.flatMap((row) => actionsOf(situationOf(row))));
  const openTunnels = tunnels.all().length;
  const checks: Readonly<Record<string, boolean>> = {
    ...Object.fromEntries(actions.map((action) => [action, possible.has(action)])),
    pick: rows.length > 0,
    stopAll: rows.some(canStopAll),
    copyAddress: rows.some(({ instance }) => instance.ipAddress !== undefined),
    reach: rows.some(({ state, instance }) => state === 'running' && instance.ipAddress !== undefined),
    closeTunnel: openTunnels > 0,
    cancel: activity.count > openTunnels,
    closeConnection: windows.here !== undefined,
  };
  return Object.keys(checks)
    .filter((word) => !checks[word])
    .join(' ');
}
