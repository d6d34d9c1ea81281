import * as vscode from 'vscode';
import type { Services } from './services';
import { target } from './targets';

/** Opens the instance in TensorDock's dashboard, or the dashboard itself where no instance is given. */
export async function openDashboard(services: Services, args: readonly unknown[]): Promise<void> {
  const { origin } = services.settings;
  const row = args[0] === undefined ? undefined : (await target(services, args, () => true, '')).row;
  const path = row ? `/my-servers/${encodeURIComponent(row.instance.id)}` : '/';
  await vscode.env.openExternal(vscode.Uri.parse(origin + path));
}
