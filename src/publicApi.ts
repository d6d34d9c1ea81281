import type * as vscode from 'vscode';
import type { InstanceRow } from './instances/store';

/** What `activate` returns to other extensions and tests; never the token. */
export interface TensorDockExtension {
  /** IDs of instances that were added, removed or changed. */
  readonly onDidChangeInstances: vscode.Event<readonly string[]>;
  /** The instances as last known, without asking the service. */
  getInstances(): Promise<readonly PublicInstance[]>;
}

/** An instance as other extensions see it. */
export interface PublicInstance {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly ipAddress?: string;
  /** US dollars an hour. */
  readonly rateHourly?: number;
}

/** An instance as other extensions see it. */
export function publicInstance({ instance, state }: InstanceRow): PublicInstance {
  const { id, name, ipAddress, rateHourly } = instance;
  return { id, name, state, ipAddress, rateHourly };
}
