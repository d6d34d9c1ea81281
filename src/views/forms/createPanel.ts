import type { RunningOperation } from '../../instances/operations/operations';
import { isWindowsImage, type Problem } from '../../api/rules';
import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import { errorText, isCancelled, showError, showInformation } from '../../vscode/messages';
import {
  fromCreateForm,
  type Draft,
  type FromCreateForm,
  type Result,
  type ToCreateForm,
} from '../webview/shared/protocol';
import type { CatalogFeed } from './catalogFeed';
import { mergeCloudInit, parseCloudInit } from './cloudInit';
import type { CloudInitEditors } from './cloudInitEditors';
import { describeCreated, describeFailure, describeOutcome, idempotencyKey, prepare } from './createSubmit';
import { shellKind } from '../../base/shellQuote';
import { FormPanel } from './formPanel';
import { FormAccount } from './formAccount';
import { formTexts } from './html';
import { KeyChoices } from './keyChoices';
import { requestInstance } from './createRequest';
import { currentInstances, onDidSignIn } from './instances';
import type { FormParts } from './parts';
import { followReadiness } from './sshReadiness';
import { confirmCreateAnother, deletePreset, savePreset } from './createPrompts';
import type { Presets } from './presets';
import { recipes } from './recipes';
import { asCurl, asJson } from './requestText';

export interface CreatePanelParts extends FormParts {
  readonly feed: CatalogFeed;
  readonly presets: Presets;
  readonly editors: CloudInitEditors;
  /** Reopens the form with its contents if it was closed while its request was running. */
  readonly reopen: (draft: Draft, result: Result) => void;
  readonly closed: (panel: CreatePanel) => void;
}

/** A create form: handles its messages and keeps it up to date. */
export class CreatePanel implements vscode.Disposable {
  private readonly form: FormPanel<FromCreateForm, ToCreateForm>;
  private readonly disposables: Disposable[] = [];
  private readonly account: FormAccount;
  private readonly keyChoices: KeyChoices;
  private running?: { readonly submitId: string; message: string };
  private settled?: { readonly submitId: string; readonly result: Result };
  /** How often the person confirmed creating again after an unknown outcome, by request. */
  private readonly confirmedAgain = new Map<string, number>();
  /** An unclear create of this form, whose instance is still searched for. */
  private unclear?: RunningOperation;
  private readiness?: ToCreateForm & { type: 'readiness' };

  constructor(
    panel: vscode.WebviewPanel,
    private readonly parts: CreatePanelParts,
    /** The first contents of the form, unless it restores its own. */
    private readonly start: Draft,
    result?: Result,
  ) {
    const { feed, extensionUri, keys, log, store } = parts;
    this.account = new FormAccount(store);
    this.keyChoices = new KeyChoices(keys, async () => store.api.listSecrets({ signal: this.form.closed }));
    if (result) this.settled = { submitId: 'reopened', result };
    this.form = new FormPanel(panel, 'create', extensionUri, fromCreateForm, log, {
      receive: (message) =>
        void this.receive(message).catch((error: unknown) => {
          if (!isCancelled(error)) showError(log, errorText(error));
        }),
      visible: (visible) => feed.setVisible(this, visible),
      closed: () => {
        this.dispose();
        parts.closed(this);
      },
    });
    this.disposables.push(
      feed.onDidChange(() => this.sendCatalog()),
      store.onDidChange(() => this.sendNames()),
      onDidSignIn(store, () => {
        if (this.account.problem() === undefined) void this.sendAccess();
      }),
      parts.editors.onDidChange(this, (text) => this.form.post({ type: 'cloudInit', text })),
    );
  }

  /** Whether the form belongs to the account that is signed in. */
  get isUsable(): boolean {
    return this.account.problem() === undefined;
  }

  reveal(): void {
    this.form.reveal();
  }

  /** Sends the images from the settings and the presets again. */
  update(): void {
    this.form.post({ type: 'images', images: [...this.parts.settings.images] });
    this.form.post({ type: 'presets', presets: this.parts.presets.all() });
  }

  dispose(): void {
    this.parts.feed.setVisible(this, false);
    this.form.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private async receive(message: FromCreateForm): Promise<void> {
    const { keys, settings, feed, presets, editors } = this.parts;
    switch (message.type) {
      case 'ready':
        this.account.restore(message.accountId);
        return this.initialize(message.restored);
      case 'refresh':
        return feed.refresh();
      case 'submit':
        return this.submit(message.submitId, message.draft, message.password);
      case 'savePreset':
        await savePreset(presets, message.draft);
        {
          this.update();
          return;
        }
      case 'deletePreset':
        await deletePreset(presets, message.name);
        {
          this.update();
          return;
        }
      case 'generateKey': {
        const key = await keys.generate();
        if (key) await this.sendAccess(key.fingerprint);
        return;
      }
      case 'manageKeys':
        await vscode.commands.executeCommand('tensordock.manageKeys');
        return this.sendAccess();
      case 'copy': {
        const { request } = prepare(message.draft, this.known());
        const text =
          message.format === 'json'
            ? asJson(request)
            : asCurl(request, settings.origin, shellKind(vscode.env.shell));
        await vscode.env.clipboard.writeText(text);
        showInformation(vscode.l10n.t('Copied without your token.'));
        return;
      }
      case 'checkCloudInit': {
        const { problems } = parseCloudInit(message.text);
        this.form.post({ type: 'cloudInitProblems', text: message.text, problems: [...problems] });
        return;
      }
      case 'editCloudInit':
        return editors.open(this, message.text);
      case 'addRecipe': {
        const recipe = recipes().find(({ id }) => id === message.id);
        if (recipe) {
          this.form.post({ type: 'cloudInit', text: mergeCloudInit(message.text, recipe.text) });
        }
        return;
      }
      case 'createAgain':
        return this.createAgain(message.submitId, message.draft, message.password);
      case 'showInstances':
        await vscode.commands.executeCommand('tensordock.instances.focus');
        return;
      case 'useCandidate':
        this.useCandidate(message.id);
        return;
      case 'connect':
        await vscode.commands.executeCommand('tensordock.connect', message.id);
        return;
    }
  }

  private async initialize(restored: boolean): Promise<void> {
    this.form.post({
      type: 'init',
      draft: restored ? undefined : this.start,
      accountId: this.account.id,
      texts: formTexts(),
      recipes: recipes().map(({ id, label }) => ({ id, label })),
    });
    this.sendNames();
    this.update();
    this.sendCatalog();
    if (this.running) this.form.post({ type: 'progress', ...this.running });
    if (this.settled) this.form.post({ type: 'result', ...this.settled });
    if (this.readiness) this.form.post(this.readiness);
    await this.sendAccess();
  }

  /** Creates one instance per submit. Ignores a submit with a known ID or while another one is running. */
  private async submit(submitId: string, draft: Draft, password: string | undefined): Promise<void> {
    if (this.running || this.settled?.submitId === submitId) {
      this.parts.log.info('A second submit of the create form was ignored.');
      return;
    }
    const { clock, presets } = this.parts;
    const refuse = (message: string, problems: Problem[] = []): void =>
      this.settle(submitId, { kind: 'refused', message, problems, noCapacity: false });
    const accountProblem = this.account.problem();
    if (accountProblem !== undefined) {
      refuse(vscode.l10n.t('Nothing was sent. {0}', accountProblem));
      return;
    }
    const { request, problems } = prepare(draft, this.known(), password);
    if (problems.length > 0) {
      refuse(vscode.l10n.t('Nothing was sent. Fix the highlighted fields first.'), [...problems]);
      return;
    }
    this.settled = undefined;
    this.readiness = undefined;
    this.running = { submitId, message: vscode.l10n.t('Sending the create request…') };
    this.form.post({ type: 'progress', ...this.running });
    const since = clock.now();
    const identityFile = await this.keyChoices.identityFile(draft).catch(() => undefined);
    const requestKey = idempotencyKey(request);
    const result = await requestInstance(this.parts, request, {
      idempotencyKey: `${requestKey}-${this.confirmedAgain.get(requestKey) ?? 0}`,
      identityFile,
      onProgress: (message) => this.progress(message),
    })
      .then(({ outcome, operation }) => {
        if (outcome.kind === 'unknown' && operation) this.followSearch(submitId, operation, request.name);
        return describeOutcome(outcome, request.name);
      })
      .finally(() => (this.running = undefined))
      .catch((error: unknown) => describeFailure(error, request.name));
    if (result.kind === 'created') await presets.remember(draft);
    this.settle(submitId, result, draft);
    // Windows has no SSH to wait for.
    if (result.kind === 'created' && !isWindowsImage(draft.image)) this.follow(result.id, result.name, since);
  }

  /** Creates although the end of an earlier create is unknown, once the person has confirmed that. */
  private async createAgain(submitId: string, draft: Draft, password: string | undefined): Promise<void> {
    const { request } = prepare(draft, this.known(), password);
    if (!(await confirmCreateAnother())) {
      if (this.settled) this.form.post({ type: 'result', submitId, result: this.settled.result });
      return;
    }
    const requestKey = idempotencyKey(request);
    this.confirmedAgain.set(requestKey, (this.confirmedAgain.get(requestKey) ?? 0) + 1);
    return this.submit(submitId, draft, password);
  }

  /** The person says which instance came of the unclear create. */
  private useCandidate(id: string): void {
    const { settled } = this;
    if (settled?.result.kind !== 'unknown') return;
    const candidate = settled.result.candidates.find((known) => known.id === id);
    if (!candidate) return;
    this.unclear?.choose(id);
    const message = vscode.l10n.t('{0} is your new instance.', candidate.name);
    this.settle(settled.submitId, { kind: 'created', id, name: candidate.name, message });
    this.follow(id, candidate.name, this.parts.clock.now());
  }

  /** The search for the instance of an unclear create goes on; what it finds is shown. */
  private followSearch(submitId: string, operation: RunningOperation, name: string): void {
    this.unclear = operation;
    operation.done.then(
      () => {
        const { instanceId } = operation.record;
        if (instanceId === undefined || this.settled?.submitId !== submitId) return;
        if (this.settled.result.kind === 'unknown') {
          this.settle(submitId, describeCreated({ id: instanceId }, name));
        }
      },
      () => undefined,
    );
  }

  private progress(message: string): void {
    if (!this.running) return;
    this.running.message = message;
    this.form.post({ type: 'progress', ...this.running });
  }

  private settle(submitId: string, result: Result, draft?: Draft): void {
    this.settled = { submitId, result };
    this.form.post({ type: 'result', submitId, result });
    if (result.kind === 'created' || !draft) return;
    if (this.form.closed.aborted) this.parts.reopen(draft, result);
    else if (!this.form.isVisible) this.form.reveal();
  }

  private follow(id: string, name: string, since: number): void {
    const report = (message: string, ready: boolean): boolean => {
      this.sendReadiness({ type: 'readiness', id, message, ready });
      return this.form.isVisible;
    };
    void followReadiness(this.parts, { id, name, since }, report);
  }

  private sendReadiness(readiness: ToCreateForm & { type: 'readiness' }): void {
    this.readiness = readiness;
    this.form.post(readiness);
  }

  private known(): Parameters<typeof prepare>[1] {
    return { catalog: this.parts.feed.state, access: this.keyChoices.access, names: this.names() };
  }

  private names(): string[] {
    return currentInstances(this.parts.store).map((instance) => instance.name);
  }

  private sendCatalog(): void {
    this.form.post({ type: 'catalog', catalog: this.parts.feed.state });
  }

  private sendNames(): void {
    this.form.post({ type: 'names', taken: this.names() });
  }

  private async sendAccess(select?: string): Promise<void> {
    this.form.post({ type: 'access', access: await this.keyChoices.refresh(), select });
  }
}
