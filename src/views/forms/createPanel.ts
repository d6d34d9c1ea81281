import type { Secret } from '../../api/types';
import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import { askText } from '../../vscode/prompts';
import { confirm, errorText, isCancelled, showError, showInformation } from '../../vscode/messages';
import {
  fromCreateForm,
  type Access,
  type Draft,
  type FromCreateForm,
  type Result,
  type ToCreateForm,
} from '../webview/shared/protocol';
import type { CatalogueFeed } from './catalogueFeed';
import { mergeCloudInit, parseCloudInit } from './cloudInit';
import type { CloudInitEditors } from './cloudInitEditors';
import { describeOutcome, duration, idempotencyKey, prepare } from './createSubmit';
import { FormPanel } from './formPanel';
import { formTexts } from './html';
import { requestInstance } from './createRequest';
import { currentInstances, onDidSignIn } from './instances';
import type { FormParts } from './parts';
import { waitForSsh } from './sshReadiness';
import type { PersonKey } from '../../vscode/localKeys';
import type { Presets } from './presets';
import { recipes } from './recipes';
import { asCurl, asJson } from './requestText';

export interface CreatePanelParts extends FormParts {
  readonly feed: CatalogueFeed;
  readonly presets: Presets;
  readonly editors: CloudInitEditors;
  /** Opens the form again with everything in it, where it was closed while its request ran. */
  readonly reopen: (draft: Draft, result: Result) => void;
  readonly closed: (panel: CreatePanel) => void;
}

/** One create form: what it asks for is done here, and what is known is told to it. */
export class CreatePanel implements vscode.Disposable {
  private readonly form: FormPanel<FromCreateForm, ToCreateForm>;
  private readonly disposables: Disposable[] = [];
  private localKeys: readonly PersonKey[] = [];
  private access: Access = { local: [], stored: [] };
  private running?: { readonly submitId: string; message: string };
  private settled?: { readonly submitId: string; readonly result: Result };
  /** How many times the person confirmed creating again after an unknown outcome, by request. */
  private readonly unknowns = new Map<string, number>();
  private machine?: ToCreateForm & { type: 'readiness' };

  constructor(
    panel: vscode.WebviewPanel,
    private readonly parts: CreatePanelParts,
    /** What the form starts with, unless it brings what it was left with. */
    private readonly start: Draft,
    result?: Result,
  ) {
    const { feed, extensionUri, log, store } = parts;
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
      feed.onDidChange(() => this.sendCatalogue()),
      store.onDidChange(() => this.sendNames()),
      onDidSignIn(store, () => void this.sendAccess()),
      parts.editors.onDidChange(this, (text) => this.form.post({ type: 'cloudInit', text })),
    );
  }

  reveal(): void {
    this.form.reveal();
  }

  /** Tells the form anew what the settings say and which presets there are. */
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
        return this.greet(message.restored);
      case 'refresh':
        return feed.refresh();
      case 'submit':
        return this.submit(message.submitId, message.draft, message.password);
      case 'savePreset':
        return this.savePreset(message.draft);
      case 'deletePreset':
        if (
          await confirm(vscode.l10n.t('Delete the preset “{0}”?', message.name), '', vscode.l10n.t('Delete'))
        ) {
          await presets.delete(message.name);
          this.update();
        }
        return;
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
        const text = message.format === 'json' ? asJson(request) : asCurl(request, settings.origin);
        await vscode.env.clipboard.writeText(text);
        showInformation(vscode.l10n.t('Copied. The token is not in it.'));
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
        await connect(message.id);
        return;
    }
  }

  private async greet(restored: boolean): Promise<void> {
    this.form.post({
      type: 'init',
      draft: restored ? undefined : this.start,
      texts: formTexts(),
      recipes: recipes().map(({ id, label }) => ({ id, label })),
    });
    this.sendNames();
    this.update();
    this.sendCatalogue();
    if (this.running) this.form.post({ type: 'progress', ...this.running });
    if (this.settled) this.form.post({ type: 'result', ...this.settled });
    if (this.machine) this.form.post(this.machine);
    await this.sendAccess();
  }

  /** Makes one machine for one submit: a second one while the first runs, or of the same id, makes none. */
  private async submit(submitId: string, draft: Draft, password: string | undefined): Promise<void> {
    if (this.running || this.settled?.submitId === submitId) {
      this.parts.log.info('A second submit of the create form was ignored.');
      return;
    }
    const { clock, presets } = this.parts;
    const { request, problems } = prepare(draft, this.known(), password);
    if (problems.length > 0) {
      const message = vscode.l10n.t('Nothing was sent: some fields are not right yet.');
      this.settle(submitId, { kind: 'refused', message, problems: [...problems], noCapacity: false });
      return;
    }
    this.settled = undefined;
    this.machine = undefined;
    this.running = { submitId, message: vscode.l10n.t('Asking TensorDock for the machine…') };
    this.form.post({ type: 'progress', ...this.running });
    const since = clock.now();
    const identityFile = this.identityFile(draft);
    const wish = idempotencyKey(request);
    const result = await requestInstance(this.parts, request, {
      idempotencyKey: `${wish}-${this.unknowns.get(wish) ?? 0}`,
      identityFile,
      onProgress: (message) => this.progress(message),
    })
      .then((outcome) => describeOutcome(outcome, request.name))
      .finally(() => (this.running = undefined))
      // A rejection says itself what happened; the form comes back with everything in it.
      .catch((error: unknown): Result => ({
        kind: 'refused',
        message: errorText(error),
        problems: [],
        noCapacity: false,
      }));
    if (result.kind === 'created') await presets.remember(draft);
    this.settle(submitId, result, draft);
    if (result.kind === 'created') void this.follow(result.id, result.name, since);
  }

  /** Creates although the end of an earlier create is unknown, once the person has confirmed that. */
  private async createAgain(submitId: string, draft: Draft, password: string | undefined): Promise<void> {
    const { request } = prepare(draft, this.known(), password);
    const confirmed = await confirm(
      vscode.l10n.t('Create another instance?'),
      vscode.l10n.t(
        'The earlier create may have succeeded. If it did, you’ll have two instances, and both are billed.',
      ),
      vscode.l10n.t('Create Another'),
    );
    if (!confirmed) {
      if (this.settled) this.form.post({ type: 'result', submitId, result: this.settled.result });
      return;
    }
    const wish = idempotencyKey(request);
    this.unknowns.set(wish, (this.unknowns.get(wish) ?? 0) + 1);
    return this.submit(submitId, draft, password);
  }

  /** The person says which instance came of the unclear create. */
  private useCandidate(id: string): void {
    const { settled } = this;
    if (settled?.result.kind !== 'unknown') return;
    const candidate = settled.result.candidates.find((known) => known.id === id);
    if (!candidate) return;
    const message = vscode.l10n.t('{0} is your new instance.', candidate.name);
    this.settle(settled.submitId, { kind: 'created', id, name: candidate.name, message });
    void this.follow(id, candidate.name, this.parts.clock.now());
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

  /** Tells when the machine answers, in the form or, where that is not in sight, in a notification. */
  private async follow(id: string, name: string, since: number): Promise<void> {
    const { clock, log } = this.parts;
    try {
      await waitForSsh(this.parts, id, new AbortController().signal);
    } catch (error) {
      log.info(`Whether ${id} answers is not known: ${errorText(error)}`);
      this.tell({ type: 'readiness', id, message: errorText(error), ready: false });
      return;
    }
    const took = duration(clock.now() - since);
    this.tell({ type: 'readiness', id, message: vscode.l10n.t('Ready in {0}', took), ready: true });
    if (this.form.isVisible) return;
    showInformation(vscode.l10n.t('“{0}” is ready, after {1}.', name, took), {
      title: vscode.l10n.t('Connect'),
      run: () => connect(id),
    });
  }

  private tell(machine: ToCreateForm & { type: 'readiness' }): void {
    this.machine = machine;
    this.form.post(machine);
  }

  private async savePreset(draft: Draft): Promise<void> {
    const name = await askText({
      title: vscode.l10n.t('Save as preset'),
      prompt: vscode.l10n.t('A password is not saved.'),
      value: draft.name,
      validate: (text) => (text.trim() === '' ? vscode.l10n.t('Give it a name.') : undefined),
    });
    if (name === undefined) return;
    await this.parts.presets.save(name.trim(), draft);
    this.update();
  }

  private identityFile(draft: Draft): string | undefined {
    if (draft.access !== 'local') return undefined;
    return this.localKeys.find((key) => key.fingerprint === draft.localKey)?.identityFile;
  }

  private known(): Parameters<typeof prepare>[1] {
    return { catalog: this.parts.feed.state, access: this.access, names: this.names() };
  }

  private names(): string[] {
    return currentInstances(this.parts.store).map((instance) => instance.name);
  }

  private sendCatalogue(): void {
    this.form.post({ type: 'catalog', catalog: this.parts.feed.state });
  }

  private sendNames(): void {
    this.form.post({ type: 'names', taken: this.names() });
  }

  private async sendAccess(select?: string): Promise<void> {
    const { keys, store } = this.parts;
    const storedKeys = async (): Promise<readonly Secret[]> =>
      store.api.listSecrets({ signal: this.form.closed });
    const [local, secrets] = await Promise.allSettled([keys.list(), storedKeys()]);
    if (local.status === 'fulfilled') this.localKeys = local.value;
    const stored = secrets.status === 'fulfilled' ? secrets.value : [];
    this.access = {
      local: this.localKeys.map((key) => ({
        fingerprint: key.fingerprint,
        publicKey: key.publicKey,
        label: keyLabel(key),
      })),
      stored: stored
        .filter((secret) => (secret.kind ?? 'SSHKEY').toUpperCase() === 'SSHKEY')
        .map(({ id, name }) => ({ id, name })),
    };
    this.form.post({ type: 'access', access: this.access, select });
  }
}

function connect(id: string): Thenable<unknown> {
  return vscode.commands.executeCommand('tensordock.connect', id);
}

function keyLabel(key: PersonKey): string {
  const where = key.identityFile === undefined && key.inAgent ? vscode.l10n.t('agent') : undefined;
  const type = key.type.replace(/^ssh-/, '').replace(/@openssh\.com$/, '');
  return [key.comment || key.fingerprint, type, where].filter((part) => part).join(' · ');
}
