import * as vscode from 'vscode';
import { parseOrigin } from '../api/origin';

const section = 'tensordock';

/** What a person can set, read anew each time. Defaults are repeated here: they are what holds where VS Code gives none. */
export class Settings implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.ConfigurationChangeEvent>();
  private readonly listener = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(section) || event.affectsConfiguration('remote.SSH'))
      this.changes.fire(event);
  });

  readonly onDidChange = this.changes.event;

  /** The origin tokens belong to. Throws with a clear text where `tensordock.apiUrl` is not usable. */
  get origin(): string {
    return parseOrigin(this.text('apiUrl', 'https://dashboard.tensordock.com'));
  }

  /** Milliseconds. */
  get refreshIntervalMs(): number {
    return Math.max(5, this.number('refreshInterval', 30)) * 1000;
  }

  get sshUser(): string {
    return this.text('ssh.user', 'user').trim() || 'user';
  }

  /** Empty: what `ssh` itself would use. */
  get identityFile(): string {
    return this.text('ssh.identityFile', '').trim();
  }

  get sshConfigFile(): string {
    return this.text('ssh.configFile', '');
  }

  /** `remote.SSH.configFile` and `remote.SSH.path`, of whichever Remote-SSH is there. */
  get remoteSshConfigFile(): string | undefined {
    return vscode.workspace.getConfiguration('remote.SSH').get<string>('configFile');
  }

  get remoteSshPath(): string | undefined {
    return vscode.workspace.getConfiguration('remote.SSH').get<string>('path') ?? undefined;
  }

  /** Empty: an empty window. */
  get defaultFolder(): string {
    return this.text('defaultFolder', '/home/user').trim();
  }

  get images(): readonly string[] {
    const images = this.configuration.get<unknown>('images');
    return Array.isArray(images) ? images.filter((image): image is string => typeof image === 'string') : [];
  }

  /** 0: never. */
  get remindAfterHours(): number {
    return this.number('cost.remindAfterHours', 8);
  }

  dispose(): void {
    this.listener.dispose();
    this.changes.dispose();
  }

  private get configuration(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration(section);
  }

  private text(key: string, fallback: string): string {
    const value = this.configuration.get<unknown>(key);
    return typeof value === 'string' ? value : fallback;
  }

  private number(key: string, fallback: number): number {
    const value = this.configuration.get<unknown>(key);
    return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
  }
}
