import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import { NotFoundError, TensorDockError } from '../../api/errors';
import type { Instance, InstanceState } from '../../api/types';
import { confirm, errorText, showError, showInformation } from '../../vscode/messages';
import { present } from '../presentation';
import { modifyProblems, toModifyRequest } from '../webview/shared/request';
import {
  fromModifyForm,
  type FromModifyForm,
  type InstanceDetails,
  type ModifyDraft,
  type ToModifyForm,
} from '../webview/shared/protocol';
import type { CatalogueFeed } from './catalogueFeed';
import { FormPanel } from './formPanel';
import { formTexts } from './html';
import { currentInstances, fetchInstance, onDidSignIn } from './instances';
import type { FormParts } from './parts';
import { problemsOfError } from './problems';

/** The form that changes one machine. */
export class ModifyPanel implements Disposable {
  private readonly form: FormPanel<FromModifyForm, ToModifyForm>;
  private readonly disposables: Disposable[] = [];
  private instance?: Instance;
  /** Whether the service told of this machine by itself: a list may leave out what it has. */
  private told = false;
  private running?: { readonly submitId: string; readonly message: string };
  private settled?: Extract<ToModifyForm, { type: 'result' }>;

  constructor(
    panel: vscode.WebviewPanel,
    private readonly parts: FormParts,
    private readonly feed: CatalogueFeed,
    readonly instanceId: string,
    closed: (panel: ModifyPanel) => void,
  ) {
    this.form = new FormPanel(panel, 'modify', parts.extensionUri, fromModifyForm, parts.log, {
      receive: (message) => void this.receive(message),
      visible: (visible) => feed.setVisible(this, visible),
      closed: () => {
        this.dispose();
        closed(this);
      },
    });
    this.disposables.push(
      feed.onDidChange(() => this.sendCatalogue()),
      parts.store.onDidChange(() => this.takeFromList()),
      onDidSignIn(parts.store, () => void this.ask()),
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
        this.form.post({ type: 'init', instanceId: this.instanceId, texts: formTexts() });
        this.sendCatalogue();
        this.takeFromList();
        if (this.running) this.form.post({ type: 'progress', ...this.running });
        if (this.settled) this.form.post(this.settled);
        await this.ask();
        return;
      case 'refresh':
        await Promise.all([this.feed.refresh(), this.ask()]);
        return;
      case 'submit':
        await this.submit(message.submitId, message.draft);
    }
  }

  /** Stops, changes and starts, or only changes; once for one submit. */
  private async submit(submitId: string, draft: ModifyDraft): Promise<void> {
    if (this.running || this.settled?.submitId === submitId || !this.instance) return;
    const machine = instanceDetails(this.instance);
    const problems = modifyProblems(machine, draft, this.feed.state);
    if (machine.mode === 'blocked') {
      this.settle(
        submitId,
        false,
        vscode.l10n.t('{0} is {1}: wait until it runs or is stopped.', machine.name, machine.stateLabel),
      );
      return;
    }
    if (problems.length > 0) {
      const message = vscode.l10n.t('Nothing was sent: some fields are not right yet.');
      this.form.post({ type: 'result', submitId, ok: false, message, problems });
      return;
    }
    const restart = machine.mode === 'restart';
    this.running = {
      submitId,
      message: restart
        ? vscode.l10n.t('Stopping, changing and starting again. You can close this form.')
        : vscode.l10n.t('Changing…'),
    };
    try {
      if (restart && !(await this.confirmRestart(machine.name))) {
        this.running = undefined;
        this.form.post({ type: 'result', submitId, ok: false, message: '', problems: [] });
        return;
      }
      this.form.post({ type: 'progress', ...this.running });
      const { operations } = this.parts;
      const operation = await operations.modify(this.instanceId, toModifyRequest(draft), restart);
      await operation.done;
      this.running = undefined;
      this.settle(
        submitId,
        true,
        restart
          ? vscode.l10n.t('{0} was changed and runs again.', machine.name)
          : vscode.l10n.t('{0} was changed. It is stopped.', machine.name),
      );
      await this.ask();
    } catch (error) {
      this.running = undefined;
      this.settle(submitId, false, errorText(error), error);
    }
  }

  private confirmRestart(name: string): Promise<boolean> {
    return confirm(
      vscode.l10n.t('Stop “{0}”, change it and start it again?', name),
      vscode.l10n.t(
        'Only a stopped machine can be changed. Everything that runs on it ends, its address may change, and its GPU may be taken by somebody else in between.',
      ),
      vscode.l10n.t('Stop, Change and Start'),
    );
  }

  private settle(submitId: string, ok: boolean, message: string, error?: unknown): void {
    const problems = error instanceof TensorDockError ? problemsOfError(error) : [];
    this.settled = { type: 'result', submitId, ok, message, problems };
    this.form.post(this.settled);
    if (this.form.isVisible) return;
    if (ok) showInformation(message);
    else showError(this.parts.log, message);
  }

  private takeFromList(): void {
    const listed = currentInstances(this.parts.store).find(({ id }) => id === this.instanceId);
    if (!listed) return;
    // A list may be thin: what was known of the machine beside it stays.
    const { resources, rateHourly, locationId } = this.instance ?? {};
    this.take({
      ...listed,
      resources: listed.resources ?? resources,
      rateHourly: listed.rateHourly ?? rateHourly,
      locationId: listed.locationId ?? locationId,
    });
  }

  private async ask(): Promise<void> {
    try {
      const instance = await fetchInstance(this.parts.store, this.instanceId, this.form.closed);
      this.told = true;
      this.take(instance);
    } catch (error) {
      if (this.form.closed.aborted) return;
      this.parts.log.warn(`The machine of a modify form was not answered: ${errorText(error)}`);
      if (error instanceof NotFoundError || !this.isKnown) {
        this.form.post({ type: 'unavailable', message: errorText(error) });
      }
    }
  }

  private take(instance: Instance): void {
    this.instance = instance;
    this.form.setTitle(vscode.l10n.t('Modify {0}', instance.name));
    if (this.isKnown) this.form.post({ type: 'instance', instance: instanceDetails(instance) });
  }

  /** Nothing is shown as the machine's own before it is known. */
  private get isKnown(): boolean {
    return this.told || this.instance?.resources !== undefined;
  }

  private sendCatalogue(): void {
    this.form.post({ type: 'catalog', catalog: this.feed.state });
  }
}

/** The machine as the form shows it. */
export function instanceDetails(instance: Instance): InstanceDetails {
  const { resources } = instance;
  const gpu = resources?.gpus?.[0];
  return {
    id: instance.id,
    name: instance.name,
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
