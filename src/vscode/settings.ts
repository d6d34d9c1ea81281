import * as vscode from 'vscode';
import { parseOrigin } from '../api/origin';
import type { BudgetLimits } from '../cost/budget';
import { defaultValue, ownValue } from './ownValue';

const section = 'tensordock';

/** What a person can set, as it is now; see `ownValue`. The defaults of the manifest are repeated here. */
export class Settings implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.ConfigurationChangeEvent>();
  /** What was read since the last change, by full name: asking VS Code takes a third of a millisecond. */
  private readonly known = new Map<string, unknown>();
  private readonly listener = vscode.workspace.onDidChangeConfiguration((event) => {
    this.known.clear();
    if (event.affectsConfiguration(section) || event.affectsConfiguration('remote.SSH'))
      this.changes.fire(event);
  });

  readonly onDidChange = this.changes.event;

  /** The origin that tokens belong to. Throws with a clear text if `tensordock.apiUrl` isn't usable. */
  get origin(): string {
    return parseOrigin(this.text('apiUrl', 'https://dashboard.tensordock.com'));
  }

  /** Milliseconds, at least 5,000. */
  get refreshIntervalMs(): number {
    return Math.max(5, this.number('refreshInterval', 30)) * 1000;
  }

  get sshUser(): string {
    return this.text('ssh.user', 'user').trim() || 'user';
  }

  /** Empty: what `ssh` uses by default. */
  get identityFile(): string {
    return this.text('ssh.identityFile', '').trim();
  }

  get sshConfigFile(): string {
    return this.text('ssh.configFile', '');
  }

  /** `remote.SSH.configFile` of whichever Remote-SSH extension is installed. */
  get remoteSshConfigFile(): string | undefined {
    return text(this.own('configFile', 'remote.SSH'));
  }

  /** Whether instances may use the person's SSH agent. */
  get forwardAgent(): boolean {
    return this.own('ssh.forwardAgent') === true;
  }

  /** `remote.SSH.path` of whichever Remote-SSH extension is installed. */
  get remoteSshPath(): string | undefined {
    return text(this.own('path', 'remote.SSH'));
  }

  /** Empty: a window without a folder. */
  get defaultFolder(): string {
    return this.text('defaultFolder', '/home/user').trim();
  }

  get images(): readonly string[] {
    const images = this.own('images') ?? defaultValue(section, 'images');
    return Array.isArray(images) ? images.filter((image): image is string => typeof image === 'string') : [];
  }

  /** 0: never. */
  get remindAfterHours(): number {
    return this.number('cost.remindAfterHours', 8);
  }

  /** The limits that are asked about before they're exceeded. */
  get budgetLimits(): BudgetLimits {
    return {
      daily: this.limit('cost.dailyBudget'),
      monthly: this.limit('cost.monthlyBudget'),
      hourly: this.limit('cost.maxHourlyRate'),
    };
  }

  /** Whether agents may use our tools. What was set and isn't a yes is a no. */
  get agentsEnabled(): boolean {
    return (this.own('agents.enabled') ?? true) === true;
  }

  dispose(): void {
    this.listener.dispose();
    this.changes.dispose();
  }

  private own(key: string, from = section): unknown {
    const name = `${from}.${key}`;
    if (!this.known.has(name)) this.known.set(name, ownValue(from, key));
    return this.known.get(name);
  }

  private text(key: string, fallback: string): string {
    return text(this.own(key)) ?? fallback;
  }

  /** US dollars; `undefined`: no limit. What was set and can't be read as one is 0, so that it isn't ignored. */
  private limit(key: string): number | undefined {
    const value = this.own(key) ?? undefined;
    if (value === undefined || value === '') return undefined;
    const dollars = typeof value === 'string' ? Number(value.replace('$', '')) : value;
    return typeof dollars === 'number' && Number.isFinite(dollars) && dollars >= 0 ? dollars : 0;
  }

  private number(key: string, fallback: number): number {
    const value = this.own(key);
    return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
