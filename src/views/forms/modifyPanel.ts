import type { Disposable } from '../../base/disposable';
import { plainText } from '../../base/text';
import * as vscode from 'vscode';
import { NotFoundError, TensorDockError } from '../../api/errors';
import { outcomeOfError } from '../../api/outcome';
import type { Problem } from '../../api/rules';
import type { Instance, InstanceState } from '../../api/types';
import { confirm, errorText } from '../../vscode/messages';
import { showOutcome } from '../notifications/changeReports';
import { present } from '../presentation';
import { rateHourlyOf } from '../webview/shared/catalog';
import { modifyProblems, toModifyRequest } from '../webview/shared/request';
import {
  fromModifyForm,
  type FromModifyForm,
  type InstanceDetails,
  type ModifyDraft,
  type ToModifyForm,
} from '../webview/shared/protocol';
import type { CatalogFeed } from './catalogFeed';
import { PagePanel } from '../pages/pagePanel';
import { FormAccount } from './formAccount';
import { pageTexts } from '../pages/html';
import { currentInstances, fetchInstance, onDidSignIn } from './instances';
import { formTitle, type FormParts } from './parts';
import { problemsOfError, refusalText } from './problems';

type ModifyResult = Extract<ToModifyForm, { type: 'result' }>;

/** The form that modifies one instance. */
export class ModifyPanel implements Disposable {
  private readonly form: PagePanel<FromModifyForm, ToModifyForm>;
  private readonly disposables: Disposable[] = [];
  private instance?: Instance;
  private readonly account: FormAccount;
  /** Whether the instance was fetched by itself, because a list can leave out its resources. */
  private fetched = false;
  private running?: { readonly submitId: string; readonly message: string };
  private settled?: ModifyResult;

  constructor(
    panel: vscode.WebviewPanel,
    private readonly parts: FormParts,
    private readonly feed: CatalogFeed,
    readonly instanceId: string,
    closed: (panel: ModifyPanel) => void,
  ) {
    this.account = new FormAccount(parts.store);
    this.form = new PagePanel(panel, 'modify', parts.extensionUri, fromModifyForm, parts.log, {
      receive: (message) => void this.receive(message),
      visible: (visible) => feed.setVisible(this, visible),
      closed: () => {
        this.dispose();
        closed(this);
      },
    });
    this.disposables.push(
      feed.onDidChange(() => this.sendCatalog()),
      parts.store.onDidChange(() => this.takeFromList()),
      onDidSignIn(parts.store, () => void this.load()),
    );
  }

  reveal(): void {
    this.form.reveal();
  }

  dispose(): void {
    this.feed.setVisible(this, false);
    this.form.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private async receive(message: FromModifyForm): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.account.restore(message.accountId);
        this.form.post({
          type: 'init',
          instanceId: this.instanceId,
          accountId: this.account.id,
          texts: pageTexts(),
        });
        this.sendCatalog();
        this.takeFromList();
        if (this.running) this.form.post({ type: 'progress', ...this.running });
        if (this.settled) this.form.post(this.settled);
        await this.load();
        return;
      case 'refresh':
        await Promise.all([this.feed.refresh(), this.load()]);
        return;
      case 'submit':
        await this.submit(message.submitId, message.draft);
    }
  }

  /** Modifies the instance once per submit. Stops it before and starts it afterward if it's running. */
  private async submit(submitId: string, draft: ModifyDraft): Promise<void> {
    if (this.running || this.settled?.submitId === submitId || !this.instance) return;
    if (this.refuseForAccount(submitId)) return;
    const instance = instanceDetails(this.instance);
    const problems = modifyProblems(instance, draft, this.feed.state);
    if (instance.mode === 'blocked') {
      this.refuse(
        submitId,
        vscode.l10n.t(
          '{0} can’t be modified right now ({1}). Wait until it’s running or stopped.',
          instance.name,
          instance.stateLabel,
        ),
      );
      return;
    }
    if (problems.length > 0) {
      this.refuse(submitId, vscode.l10n.t('Nothing was sent. Fix the highlighted fields first.'), problems);
      return;
    }
    const { operations, clock, log } = this.parts;
    const restart = instance.mode === 'restart';
    const change = {
      kind: 'modify',
      instanceId: this.instanceId,
      name: instance.name,
      startAfter: restart,
    } as const;
    this.running = {
      submitId,
      message: restart
        ? vscode.l10n.t('Stopping, modifying, and starting the instance. You can close this form.')
        : vscode.l10n.t('Modifying…'),
    };
    try {
      if (restart && !(await this.confirmRestart(instance.name))) {
        this.running = undefined;
        this.refuse(submitId, '');
        return;
      }
      // The account can change while the question is open.
      if (this.refuseForAccount(submitId)) {
        this.running = undefined;
        return;
      }
      this.form.post({ type: 'progress', ...this.running });
      const startedAt = clock.now();
      const rateHourly = rateHourlyOf(this.feed.state, draft);
      const operation = await operations.modify(this.instanceId, toModifyRequest(draft), restart, rateHourly);
      this.parts.reportedByForm.add(operation);
      await operation.done;
      this.running = undefined;
      this.settle({
        type: 'result',
        submitId,
        outcome: 'done',
        message: restart
          ? vscode.l10n.t('{0} was modified and is running again.', instance.name)
          : vscode.l10n.t('{0} was modified and is still stopped.', instance.name),
        problems: [],
      });
      if (!this.form.isVisible) {
        const value = { id: this.instanceId };
        showOutcome(log, change, { kind: 'done', value }, clock.now() - startedAt);
      }
      await this.load();
    } catch (error) {
      this.running = undefined;
      const problems = error instanceof TensorDockError ? problemsOfError(error) : [];
      this.settle({
        type: 'result',
        submitId,
        outcome: outcomeOfError(error).kind,
        message: error instanceof TensorDockError ? refusalText(error, problems) : errorText(error),
        problems,
      });
      if (!this.form.isVisible) showOutcome(log, change, outcomeOfError(error));
    }
  }

  private confirmRestart(name: string): Promise<boolean> {
    return confirm(
      vscode.l10n.t('Stop {0}, modify it, and start it again?', name),
      vscode.l10n.t(
        'Only a stopped instance can be modified. All running programs end, the IP address may change, and someone else may take the GPU in the meantime.',
      ),
      vscode.l10n.t('Stop, Modify, and Start'),
    );
  }

  /** Refuses the submit if another account is signed in now; returns whether it did. */
  private refuseForAccount(submitId: string): boolean {
    const problem = this.account.problem();
    if (problem !== undefined) this.refuse(submitId, vscode.l10n.t('Nothing was sent. {0}', problem));
    return problem !== undefined;
  }

  /** Nothing was sent. The same submit can be repeated. */
  private refuse(submitId: string, message: string, problems: Problem[] = []): void {
    this.form.post({ type: 'result', submitId, outcome: 'refused', message, problems });
  }

  /** Shows the outcome in the form. If the form is hidden, the caller reports it in a notification instead. */
  private settle(result: ModifyResult): void {
    this.settled = result;
    this.form.post(result);
  }

  private takeFromList(): void {
    const listed = currentInstances(this.parts.store).find(({ id }) => id === this.instanceId);
    if (!listed) return;
    // A list can leave out details: keep the ones that are already known.
    const { resources, rateHourly, locationId } = this.instance ?? {};
    this.show({
      ...listed,
      resources: listed.resources ?? resources,
      rateHourly: listed.rateHourly ?? rateHourly,
      locationId: listed.locationId ?? locationId,
    });
  }

  private async load(): Promise<void> {
    const problem = this.account.problem();
    if (problem !== undefined) {
      this.form.post({ type: 'unavailable', message: problem });
      return;
    }
    try {
      const instance = await fetchInstance(this.parts.store, this.instanceId, this.form.closed);
      this.fetched = true;
      this.show(instance);
    } catch (error) {
      if (this.form.closed.aborted) return;
      this.parts.log.warn(`Couldn’t load the instance of a modify form: ${errorText(error)}`);
      if (error instanceof NotFoundError || !this.isKnown) {
        this.form.post({ type: 'unavailable', message: errorText(error) });
      }
    }
  }

  private show(instance: Instance): void {
    this.instance = instance;
    this.form.setTitle(formTitle(vscode.l10n.t('Modify {0}', plainText(instance.name, 60)), this.parts));
    if (this.isKnown) this.form.post({ type: 'instance', instance: instanceDetails(instance) });
  }

  /** Whether the instance's resources are known. The form shows nothing before that. */
  private get isKnown(): boolean {
    return this.fetched || this.instance?.resources !== undefined;
  }

  private sendCatalog(): void {
    this.form.post({ type: 'catalog', catalog: this.feed.state });
  }
}

/** An instance as the form shows it. */
export function instanceDetails(instance: Instance): InstanceDetails {
  const { resources } = instance;
  const gpu = resources?.gpus?.[0];
  return {
    id: instance.id,
    name: plainText(instance.name),
    state: instance.state,
    stateLabel: present(instance.state).label,
    mode: modeFor(instance.state),
    vcpus: resources?.vcpuCount,
    ramGb: resources?.ramGb,
    storageGb: resources?.storageGb,
    gpuModel: gpu?.model,
    gpuCount: resources?.gpus ? (gpu?.count ?? 0) : undefined,
    rateHourly: instance.rateHourly,
    locationId: instance.locationId,
  };
}

function modeFor(state: InstanceState): InstanceDetails['mode'] {
  switch (state) {
    case 'running':
      return 'restart';
    case 'stopped':
    case 'stoppeddisassociated':
    case 'error':
    case 'unknown':
      return 'direct';
    case 'creating':
    case 'starting':
    case 'stopping':
    case 'deleting':
    case 'deleted':
      return 'blocked';
  }
}
