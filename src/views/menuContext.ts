import type { OperationRecord } from '../instances/operations/journal';
import type { InstanceRow, InstanceStore } from '../instances/store';
import type { WindowRegistry } from '../instances/windowRegistry';
import type { Tunnels } from '../vscode/tunnels';
import { setContextKey } from './contextKeys';
import { isReachable } from './ports';
import type { InstanceAction } from './presentation';
import { actionsOf, canStopAll } from './situation';

/** What decides which commands can work now. */
export interface MenuParts {
  readonly store: Pick<InstanceStore, 'rows'>;
  readonly operationOn: (row: InstanceRow) => OperationRecord | undefined;
  readonly tunnels: Pick<Tunnels, 'all'>;
  readonly activity: { readonly count: number };
  readonly windows: Pick<WindowRegistry, 'here'>;
}

const actions: readonly InstanceAction[] = [
  ...(['start', 'stop', 'restart', 'delete', 'connect', 'modify', 'startWhenAvailable'] as const),
];
/** What takes an instance besides. */
const ofRows = ['pick', 'stopAll', 'copyAddress', 'reach'] as const;

/** Tells menus and the command palette what can work now. */
export function updateMenus(parts: MenuParts): void {
  setContextKey('hasActivity', parts.activity.count > 0);
  setContextKey('cannot', cannotDo(parts));
}

/**
 * What no command can do now, as words for `when` clauses. Before main.js is loaded nothing is known, and everything is
 * offered.
 */
export function cannotDo({ store, operationOn, tunnels, activity, windows }: MenuParts): string {
  const openTunnels = tunnels.all().length;
  const missing = new Set<string>([...actions, ...ofRows]);
  // Most rows are like an earlier one: it's looked at rows only until everything is possible.
  for (const row of store.rows()) {
    if (missing.size === 0) break;
    for (const word of possibleWith(row, operationOn(row))) missing.delete(word);
  }
  if (openTunnels === 0) missing.add('closeTunnel');
  if (activity.count <= openTunnels) missing.add('cancel');
  if (windows.here === undefined) missing.add('closeConnection');
  return [...missing].join(' ');
}

function possibleWith(row: InstanceRow, operation: OperationRecord | undefined): readonly string[] {
  return [
    ...actionsOf({ row, operation }),
    'pick',
    ...(canStopAll({ row, operation }) ? ['stopAll'] : []),
    ...(row.instance.ipAddress !== undefined ? ['copyAddress'] : []),
    ...(isReachable(row) ? ['reach'] : []),
  ];
}
