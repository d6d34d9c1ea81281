import { isWindowsImage } from '../../api/images';
import type { Problem } from '../../api/rules';
import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import { errorText, isCancelled, showError } from '../../vscode/messages';
import { rateHourlyOf } from '../webview/shared/catalog';
import {
  fromCreateForm,
  type Draft,
  type FromCreateForm,
  type Progress,
  type Result,
  type ToCreateForm,
} from '../webview/shared/protocol';
import type { CatalogFeed } from './catalogFeed';
import { parseCloudInit } from './cloudInit';
import type { CloudInitEditors } from './cloudInitEditors';
import { CreateContents } from './createContents';
import { idempotencyKey } from './createRequest';
import { summarize } from './createSubmit';
import { CreateRun } from './createRun';
import { PagePanel } from '../pages/pagePanel';
import { FormAccount } from './formAccount';
import { pageTexts } from '../pages/html';
import { onDidSignIn } from './instances';
import type { FormParts } from './parts';
import { confirmCreateAnother, copyRequest, deletePreset, savePreset } from './createPrompts';
import type { Presets } from './presets';
import { recipes, withRecipe } from './recipes';

/** What a form shows from the beginning, if its create has ended or goes on. */
export interface CreateStart {
  readonly draft: Draft;
  /** Whether VS Code kept the page over a reload of the window, so that it may restore its own contents. */
  readonly isRestored?: boolean;
  readonly result?: Result;
  readonly progress?: Progress;
}

export interface CreatePanelParts extends FormParts {
  readonly feed: CatalogFeed;
  readonly presets: Presets;
  readonly editors: CloudInitEditors;
  /** Reopens the form with its contents if it was closed while its request was running. */
  readonly reopen: (start: CreateStart) => void;
  readonly closed: (panel: CreatePanel) => void;
}

/** A create form: handles its messages and keeps it up to date. */
export class CreatePanel implements vscode.Disposable {
  private readonly form: PagePanel<FromCreateForm, ToCreateForm>;
  private readonly disposables: Disposable[] = [];
  private readonly account: FormAccount;
  private readonly contents: CreateContents;
  /** The create that the form shows. */
  private run?: CreateRun;
  /** A create that the page kept, and that waits for its account. */
  private kept?: Progress;
  /** The create that the form showed before the person went on to the next instance. */
  private dismissed?: string;
  private settled?: { readonly submitId: string; readonly result: Result };
  /** Whether the page gets its first contents without asking for them. */
  private isInitialized = false;
  /** How often the person confirmed creating again after an unknown outcome, by request. */
  private readonly confirmedAgain = new Map<string, number>();

  constructor(
    panel: vscode.WebviewPanel,
    private readonly parts: CreatePanelParts,
    /** The first contents of the form, unless it restores its own. */
    private readonly start: CreateStart,
  ) {
    const { feed, extensionUri, log, store } = parts;
    this.account = new FormAccount(store);
    if (start.result) this.settled = { submitId: 'reopened', result: start.result };
    this.kept = start.progress;
    this.form = new PagePanel(panel, 'create', extensionUri, fromCreateForm, log, {
      receive: (message) => this.attempt(this.receive(message)),
      visible: (visible) => {
        feed.setVisible(this, visible);
        // A page that is hidden before it has loaded is loaded again later.
        if (!visible) this.isInitialized = false;
      },
      closed: () => {
        this.dispose();
        parts.closed(this);
      },
    });
    this.contents = new CreateContents(parts, (message) => this.form.post(message), this.form.closed);
    this.disposables.push(
      this.contents,
      onDidSignIn(store, () => {
        if (this.account.problem() !== undefined) return;
        this.resume();
        void this.contents.sendAccess();
      }),
      parts.editors.onDidChange(this, (text) => this.form.post({ type: 'cloudInit', text })),
    );
    if (start.isRestored === true || !this.form.isVisible) return;
    // A new page needs all of it: it is on its way while the page loads.
    this.isInitialized = true;
    this.attempt(this.initialize(false));
  }

  /** Whether the form can take the next instance: its account is signed in, and no create of it is under way. */
  get isUsable(): boolean {
    return this.account.problem() === undefined && !this.kept && (!this.run || this.run.isOver);
  }

  /** Shows the form, ready for the next instance. */
  reveal(): void {
    if (this.run) {
      this.startOver();
      this.form.post({ type: 'startOver' });
    }
    this.form.reveal();
  }

  /** Sends the images from the settings and the presets again. */
  update(): void {
    this.contents.sendChoices();
  }

  dispose(): void {
    this.parts.feed.setVisible(this, false);
    this.form.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  /** A failure is shown, unless the person canceled. */
  private attempt(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!isCancelled(error)) showError(this.parts.log, errorText(error));
    });
  }

  private async receive(message: FromCreateForm): Promise<void> {
    const { keys, settings, feed, presets, editors } = this.parts;
    switch (message.type) {
      case 'ready':
        this.account.restore(message.accountId);
        this.keep(message.progress);
        if (this.isInitialized && !message.restored) {
          // It asks again if they don't come.
          this.isInitialized = false;
          return;
        }
        return this.initialize(message.restored);
      case 'refresh':
        return feed.refresh();
      case 'submit':
        return this.submit(message.submitId, message.draft, message.password);
      case 'savePreset':
        await savePreset(presets, message.draft);
        this.update();
        return;
      case 'deletePreset':
        await deletePreset(presets, message.name);
        this.update();
        return;
      case 'generateKey': {
        const key = await keys.generate();
        if (key) await this.contents.sendAccess(key.fingerprint);
        return;
      }
      case 'manageKeys':
        await vscode.commands.executeCommand('tensordock.manageKeys', { account: this.account.id });
        return this.contents.sendAccess();
      case 'copy':
        return copyRequest(this.contents.prepare(message.draft).request, message.format, settings.origin);
      case 'checkCloudInit': {
        const { problems } = parseCloudInit(message.text);
        this.form.post({ type: 'cloudInitProblems', text: message.text, problems: [...problems] });
        return;
      }
      case 'editCloudInit':
        return editors.open(this, message.text);
      case 'addRecipe':
        this.form.post({ type: 'cloudInit', text: withRecipe(message.text, message.id) });
        return;
      case 'createAgain':
        return this.createAgain(message.submitId, message.draft, message.password);
      case 'showInstances':
        await vscode.commands.executeCommand('tensordock.instances.focus');
        return;
      case 'useCandidate':
        this.run?.choose(message.id);
        return;
      case 'connect':
        await vscode.commands.executeCommand('tensordock.connect', message.id);
        return;
      case 'createAnother':
        this.startOver();
        return;
      case 'watch':
        await vscode.commands.executeCommand('tensordock.watchCapacity', {
          model: message.model,
          count: message.count,
          account: this.account.id,
        });
        return;
    }
  }

  private async initialize(restored: boolean): Promise<void> {
    this.form.post({
      type: 'init',
      draft: restored ? undefined : this.start.draft,
      accountId: this.account.id,
      texts: pageTexts(),
      recipes: recipes().map(({ id, label }) => ({ id, label })),
    });
    this.contents.sendAll();
    this.resume();
    if (this.run) this.form.post({ type: 'progress', progress: this.run.progress });
    if (this.settled) this.form.post({ type: 'result', ...this.settled });
    await this.contents.sendAccess();
  }

  /** Creates one instance per submit. Ignores a submit with a known ID or while another one is running. */
  private async submit(submitId: string, draft: Draft, password: string | undefined): Promise<void> {
    if (this.run?.isPending === true || this.settled?.submitId === submitId) {
      this.parts.log.info('A second submit of the create form was ignored.');
      return;
    }
    const { clock, presets, feed } = this.parts;
    const refuse = (message: string, problems: Problem[] = []): void =>
      this.settle(submitId, { kind: 'refused', message, problems, noCapacity: false });
    const accountProblem = this.account.problem();
    if (accountProblem !== undefined) {
      refuse(vscode.l10n.t('Nothing was sent. {0}', accountProblem));
      return;
    }
    const { request, problems } = this.contents.prepare(draft, password);
    if (problems.length > 0) {
      refuse(vscode.l10n.t('Nothing was sent. Fix the highlighted fields first.'), [...problems]);
      return;
    }
    const requestKey = idempotencyKey(request, this.account.id);
    const run = this.begin({
      submitId,
      key: `${requestKey}-${this.confirmedAgain.get(requestKey) ?? 0}`,
      name: request.name,
      summary: summarize(draft, feed.state),
      windows: isWindowsImage(draft.image),
      startedAt: clock.now(),
      done: [],
      message: vscode.l10n.t('Sending the create request…'),
    });
    this.form.post({ type: 'progress', progress: run.progress });
    const identityFile = await this.contents.identityFile(draft);
    const result = await run.send(request, identityFile, rateHourlyOf(feed.state, draft));
    // What is available has changed, or isn't what the form showed.
    feed.invalidate();
    if (result.kind === 'created') {
      await presets.remember(draft);
      return;
    }
    if (this.form.closed.aborted) this.parts.reopen({ draft, result, progress: run.kept });
    else if (!this.form.isVisible) this.form.reveal();
  }

  /** The form shows this create from now on. */
  private begin(progress: Progress): CreateRun {
    this.settled = undefined;
    const run: CreateRun = new CreateRun(this.parts, progress, {
      changed: () => this.show(run),
      isVisible: () => this.run === run && this.form.isVisible,
    });
    this.run = run;
    return run;
  }

  private show(run: CreateRun): void {
    if (this.run !== run) return;
    const { progress, result } = run;
    this.form.post({ type: 'progress', progress });
    if (result === undefined || result === this.settled?.result) return;
    if (result.kind === 'refused') this.run = undefined;
    this.settle(progress.submitId, result);
  }

  /** Goes on with a create that was under way before a reload. */
  private resume(): void {
    const { kept } = this;
    if (!kept || this.account.problem() !== undefined) return;
    this.kept = undefined;
    void this.begin(kept).resume();
  }

  /** Takes the create that a restored page shows. */
  private keep(progress: Progress | undefined): void {
    if (this.run || this.settled) return;
    if (progress?.submitId !== this.dismissed) this.kept ??= progress;
    else if (progress) this.form.post({ type: 'startOver' });
  }

  private startOver(): void {
    this.dismissed = this.run?.progress.submitId;
    this.run = undefined;
    this.settled = undefined;
  }

  /** Creates although the end of an earlier create is unknown, once the person has confirmed that. */
  private async createAgain(submitId: string, draft: Draft, password: string | undefined): Promise<void> {
    const { request } = this.contents.prepare(draft, password);
    if (!(await confirmCreateAnother())) {
      if (this.settled) this.form.post({ type: 'result', submitId, result: this.settled.result });
      return;
    }
    const requestKey = idempotencyKey(request, this.account.id);
    this.confirmedAgain.set(requestKey, (this.confirmedAgain.get(requestKey) ?? 0) + 1);
    return this.submit(submitId, draft, password);
  }

  private settle(submitId: string, result: Result): void {
    this.settled = { submitId, result };
    this.form.post({ type: 'result', submitId, result });
  }
}
