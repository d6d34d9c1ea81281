import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { NotSignedInError } from '../api/errors';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Deferred } from '../base/deferred';
import { Emitter } from '../base/emitter';
import { isErrorCode } from '../base/fileErrors';
import type { Logger } from '../base/logger';
import type { Account, Accounts } from '../instances/accounts';
import type { Schedule } from './schedule';
import { TimerFile, type TimerEntry, type TimerNote } from './timerFile';
import { type TimerOrder, type TimerReply, timerReplySchema } from './timerOrder';

export interface StopTimersOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly accounts: Pick<Accounts, 'stored' | 'fingerprint' | 'onDidChange'>;
  /** The origin that the settings name. Throws if they name none. */
  readonly origin: () => string;
  /** IDs of the accounts that are signed in. */
  readonly accountIds: () => readonly string[];
  /** The file of the timer's program. */
  readonly program: string;
  /** What the program gets beside the token; see `TimerOrder`. */
  readonly version?: string;
  readonly texts?: Readonly<Record<string, unknown>>;
  /** VS Code's name for it. */
  readonly language?: string;
}

/** How long the program may take to begin and to reach the service. */
const replyMs = 60_000;
/** How soon it's noticed that the process of a timer was killed. */
const checkMs = 60_000;
/** What the program needs of the environment: where things are, and which certificates to trust. */
const passed = [
  ...['PATH', 'HOME', 'USERPROFILE', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'windir', 'TZ', 'LANG'],
  ...['LC_ALL', 'LD_LIBRARY_PATH', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
];

/**
 * Starts background timers, and ends those that mustn't act anymore: their account was signed out, or has another token
 * now. Any window ends the timers of all.
 */
export class StopTimers implements Disposable {
  private readonly file: TimerFile;
  private readonly notes = new Emitter<TimerNote>();
  private readonly changes = new Emitter<void>();
  private readonly listeners: readonly Disposable[];
  private known: readonly TimerEntry[] = [];
  private turn: Promise<void> = Promise.resolve();
  private disposed = false;
  private checks: Disposable | undefined;

  /** What a timer did. In one window only. */
  readonly onDidAct = this.notes.event;
  /** The timers changed in some window. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: StopTimersOptions) {
    this.file = new TimerFile(options.folder, options.log);
    this.listeners = [
      this.file.watch(() => this.update()),
      options.accounts.onDidChange(() => this.update()),
    ];
  }

  /** Whether a schedule has a background timer, as far as is known. */
  has(scheduleId: string): boolean {
    return this.known.some((timer) => timer.scheduleId === scheduleId);
  }

  /**
   * Starts a timer that carries out a schedule even if all windows are closed; it replaces an earlier one. Throws an
   * `Error` for a person if it can't be started, or can't reach the service.
   */
  async start(schedule: Schedule): Promise<void> {
    const { folder, clock, accounts, version, texts, language } = this.options;
    const { id: scheduleId, accountId, instanceId } = schedule;
    const account = await this.accountOf(accountId);
    const fingerprint = account && (await accounts.fingerprint(account));
    if (!account || fingerprint === undefined) throw new NotSignedInError();
    const { origin, token } = account;
    const timerId = randomUUID();
    const entry = { id: timerId, scheduleId, accountId, origin, token: fingerprint, startedAt: clock.now() };
    const child = this.spawn();
    await this.file.change((timers) => [
      ...timers.filter((timer) => timer.scheduleId !== scheduleId),
      { ...entry, pid: child.pid },
    ]);
    const order = {
      ...{ timerId, scheduleId, accountId, instanceId },
      ...{ origin, token, folder, version, texts, language },
    };
    const reply = await this.send(child, order);
    if (reply.kind === 'failed') {
      await this.file.change((timers) => timers.filter(({ id }) => id !== timerId));
      throw new Error(l10n.t('The background timer didn’t start. {0}', reply.message));
    }
    await this.updateOnce();
  }

  /** Ends the timers of an account, such as before it's signed out. */
  async endAll(accountId: string): Promise<void> {
    await this.file.change((timers) => timers.filter((timer) => timer.accountId !== accountId));
  }

  /** Reads what timers did, and ends those that mustn't act. Call this when the account changes. */
  update(): void {
    this.turn = this.turn
      .then(async () => this.updateOnce())
      .catch((error: unknown) => this.options.log.warn(`timers: ${String(error)}`));
  }

  /** Resolves when this window has nothing under way. */
  async settled(): Promise<void> {
    await this.turn;
  }

  dispose(): void {
    this.disposed = true;
    this.checks?.dispose();
    for (const listener of this.listeners) listener.dispose();
    this.notes.dispose();
    this.changes.dispose();
  }

  private async updateOnce(): Promise<void> {
    if (this.disposed) return;
    const { timers } = await this.file.read();
    const changed = JSON.stringify(timers) !== JSON.stringify(this.known);
    this.known = timers;
    if (changed) this.changes.fire();
    this.checks?.dispose();
    this.checks = timers.length > 0 ? this.options.clock.after(checkMs, () => this.update()) : undefined;
    const ended = await this.ended(timers);
    if (ended.size > 0) {
      await this.file.change((current) => current.filter(({ id }) => !ended.has(id)));
    }
    for (const accountId of this.options.accountIds()) {
      for (const note of await this.file.takeNotes(accountId)) this.notes.fire(note);
    }
  }

  /** IDs of the timers that have ended, or whose token is no longer stored. */
  private async ended(timers: readonly TimerEntry[]): Promise<ReadonlySet<string>> {
    const origin = this.options.origin();
    const alive = await Promise.all(timers.map(async (timer) => isAlive(timer, this.options.program)));
    const gone = timers.filter((_, index) => !alive[index]);
    const here = timers.filter((timer) => timer.origin === origin);
    const stored = here.length === 0 ? [] : await this.options.accounts.stored(origin);
    // A secret store that fails says nothing about who is signed in.
    const valid = stored && (await Promise.all(stored.map(async (account) => this.tokenOf(account))));
    if (!valid || valid.includes(undefined)) return idsOf(gone);
    return idsOf([
      ...gone,
      ...here.filter(({ accountId, token }) => !valid.includes(`${accountId} ${token}`)),
    ]);
  }

  private async tokenOf(account: Account): Promise<string | undefined> {
    const fingerprint = await this.options.accounts.fingerprint(account);
    return fingerprint && `${account.id} ${fingerprint}`;
  }

  private async accountOf(accountId: string): Promise<Account | undefined> {
    const stored = await this.options.accounts.stored(this.options.origin());
    return stored?.find(({ id }) => id === accountId);
  }

  private spawn(): ChildProcess {
    const env = Object.fromEntries(
      passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    );
    return spawn(process.execPath, [this.options.program], {
      cwd: this.options.folder,
      detached: true,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    });
  }

  /** Gives the program its order, and waits for what it says. It goes on without us. */
  private async send(child: ChildProcess, order: TimerOrder): Promise<TimerReply> {
    const reply = new Deferred<TimerReply>();
    const fail = (message: string): void => reply.resolve({ kind: 'failed', message });
    const timer = this.options.clock.after(replyMs, () => fail(l10n.t('It didn’t answer in time.')));
    let line = '';
    child.on('error', (error) => fail(error.message));
    child.on('exit', () => fail(l10n.t('It ended unexpectedly.')));
    child.stdout?.setEncoding('utf8').on('data', (data: string) => {
      line += data;
      if (line.includes('\n')) reply.resolve(parseReply(line));
    });
    child.stdin?.on('error', () => undefined).end(JSON.stringify(order));
    const result = await reply.promise;
    timer.dispose();
    child.removeAllListeners('exit');
    child.stdout?.destroy();
    child.unref();
    if (result.kind === 'failed') child.kill();
    return result;
  }
}

function parseReply(line: string): TimerReply {
  try {
    return v.parse(timerReplySchema, JSON.parse(line));
  } catch {
    return { kind: 'failed', message: l10n.t('It ended unexpectedly.') };
  }
}

function idsOf(timers: readonly TimerEntry[]): ReadonlySet<string> {
  return new Set(timers.map(({ id }) => id));
}

/**
 * Whether the process of a timer is there, as far as this computer tells. After a restart of the computer, its number
 * may belong to another program, which only Linux shows in a file.
 */
async function isAlive({ pid }: TimerEntry, program: string): Promise<boolean> {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isErrorCode(error, 'EPERM')) return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return command.split('\0').some((part) => path.basename(part) === path.basename(program));
  } catch (error) {
    return !isErrorCode(error, 'ENOENT');
  }
}
