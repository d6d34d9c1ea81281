import * as vscode from 'vscode';
import type { CreateRequest } from '../../api/types';
import { formatDuration } from '../../base/duration';
import type { RunningOperation } from '../../instances/operations/operations';
import { errorText, showInformation } from '../../vscode/messages';
import type { CreateStep, Progress, Result } from '../webview/shared/protocol';
import { requestInstance, type RequestedInstance } from './createRequest';
import { describeFailure, describeOutcome } from './createSubmit';
import { followInstance, InstanceGoneError } from './instanceSteps';
import type { FormParts } from './parts';

type RunParts = Pick<
  FormParts,
  'operations' | 'store' | 'clock' | 'ssh' | 'reportedByForm' | 'log' | 'trackRecord'
>;

/** What a form does with its create. */
export interface RunView {
  readonly changed: () => void;
  /** Whether the person sees the progress. Otherwise a notification says when the instance is ready. */
  readonly isVisible: () => boolean;
}

/**
 * One create of a form, from the request to an instance that can be used. It goes on when the form is closed. A form
 * that is restored after a reload resumes its create from what its page kept; nothing is sent again then.
 */
export class CreateRun {
  /** Missing until it's known whether the instance was created. */
  result?: Result;
  private operation?: RunningOperation;
  private following = false;
  /** When TensorDock confirmed the create to this window; missing if it didn't, or after a reload. */
  private confirmedAt?: number;

  constructor(
    private readonly parts: RunParts,
    public progress: Progress,
    private readonly view: RunView,
  ) {}

  /** Whether nothing more is expected: the instance is ready, or it's told why it isn't. */
  get isOver(): boolean {
    const { done, problem } = this.progress;
    return problem !== undefined || done.some(({ step }) => step === 'ready');
  }

  /** What a reopened form goes on with: an unclear create is still searched for. */
  get kept(): Progress | undefined {
    return this.result?.kind === 'unknown' ? this.progress : undefined;
  }

  /** Whether the request is on its way. */
  get isPending(): boolean {
    return this.result === undefined;
  }

  /**
   * Sends the request once. `rateHourly`: what the instance will cost, in US dollars an hour, if that is known.
   * Resolves when the outcome is known. Never rejects.
   */
  async send(request: CreateRequest, identityFile?: string, rateHourly?: number): Promise<Result> {
    const { key, name } = this.progress;
    const onProgress = (message: string): void => this.report(message);
    const ended = await requestInstance(this.parts, request, {
      idempotencyKey: key,
      identityFile,
      rateHourly,
      onProgress,
    }).catch((error: unknown) => describeFailure(error, name));
    if ('outcome' in ended && this.wasConfirmed(ended)) this.confirmedAt = this.parts.clock.now();
    return this.take(ended);
  }

  /** Goes on after a reload, in whichever window the create is now. Never rejects. */
  async resume(): Promise<void> {
    const { key, name, instanceId } = this.progress;
    if (instanceId !== undefined) {
      this.result = { kind: 'created', id: instanceId, name, message: '' };
      if (this.isOver && this.progress.problem === undefined) this.view.changed();
      else this.follow(instanceId);
      return;
    }
    try {
      const operation = await this.parts.operations.resume(key);
      if (!operation) {
        this.take(unrecorded(name));
        return;
      }
      this.parts.reportedByForm.add(operation);
      if (operation.message !== '') this.report(operation.message);
      const listener = operation.onDidReport((message) => this.report(message));
      const outcome = await operation.outcome.finally(() => listener.dispose());
      this.take({ outcome, operation });
    } catch (error) {
      this.take(describeOutcome({ kind: 'unknown', error: asError(error) }, name));
    }
  }

  /** The person says which instance came of the unclear create. */
  choose(id: string): void {
    if (this.result?.kind !== 'unknown') return;
    const candidate = this.result.candidates.find((known) => known.id === id);
    if (!candidate) return;
    this.operation?.choose(id);
    const message = vscode.l10n.t('{0} is your new instance.', candidate.name);
    this.settle({ kind: 'created', id, name: candidate.name, message }, message);
  }

  private take(ended: RequestedInstance | Result): Result {
    const { name } = this.progress;
    if ('kind' in ended) return this.settle(ended);
    const { outcome, operation } = ended;
    if (outcome.kind === 'unknown' && operation) this.followSearch(operation);
    const result = describeOutcome(outcome, name);
    // How an unconfirmed create was found is worth a line; that it was created is the step itself.
    const wasFound = outcome.kind === 'done' && outcome.value.search !== undefined;
    return this.settle(result, wasFound ? result.message : undefined);
  }

  /** Whether the service has just confirmed it, and it isn't an earlier create or one that was searched for. */
  private wasConfirmed({ outcome, operation }: RequestedInstance): boolean {
    return (
      outcome.kind === 'done' &&
      outcome.value.search === undefined &&
      operation !== undefined &&
      operation.record.startedAt >= this.progress.startedAt
    );
  }

  private settle(result: Result, detail?: string): Result {
    this.result = result;
    if (result.kind === 'created') {
      this.progress = { ...this.progress, instanceId: result.id, name: result.name };
      this.reach('ordered', detail);
      this.follow(result.id);
    } else this.view.changed();
    return result;
  }

  /** The search for the instance of an unclear create goes on; what it finds is shown. */
  private followSearch(operation: RunningOperation): void {
    this.operation = operation;
    operation.done.then(
      () => {
        const { instanceId } = operation.record;
        if (instanceId === undefined || this.result?.kind !== 'unknown') return;
        this.take({ outcome: { kind: 'done', value: { id: instanceId } }, operation });
      },
      () => undefined,
    );
  }

  private follow(id: string): void {
    if (this.following) return;
    this.following = true;
    const { parts, progress } = this;
    this.progress = { ...progress, problem: undefined, isGone: undefined };
    void followInstance({
      session: parts.store.session,
      clock: parts.clock,
      id,
      windows: progress.windows,
      reach: (step, detail) => this.reach(step, detail),
      report: (message) => this.report(message),
    })
      .catch((error: unknown) => {
        parts.log.info(`Couldn’t tell whether ${id} is ready: ${errorText(error)}`);
        this.change({ problem: errorText(error), isGone: error instanceof InstanceGoneError || undefined });
      })
      .finally(() => (this.following = false));
  }

  private reach(step: CreateStep, detail?: string): void {
    if (this.progress.done.some((each) => each.step === step)) return;
    const at = this.parts.clock.now();
    this.change({ done: [...this.progress.done, { step, at, detail }] });
    const { instanceId } = this.progress;
    if (step === 'ssh' && instanceId !== undefined && this.confirmedAt !== undefined) {
      this.parts.trackRecord.noteSsh(instanceId, at - this.confirmedAt);
    }
    if (step === 'ready') this.notifyReady(at);
  }

  private notifyReady(at: number): void {
    const { name, startedAt, instanceId } = this.progress;
    if (this.view.isVisible()) return;
    const took = formatDuration(at - startedAt);
    showInformation(vscode.l10n.t('{0} is ready to connect (took {1}).', name, took), {
      title: vscode.l10n.t('Connect'),
      run: () => vscode.commands.executeCommand('tensordock.connect', instanceId),
    });
  }

  private report(message: string): void {
    this.change({ message });
  }

  private change(change: Partial<Progress>): void {
    this.progress = { ...this.progress, ...change };
    this.view.changed();
  }
}

/** A create that is neither under way nor remembered. Absence proves nothing. */
function unrecorded(name: string): Result {
  return {
    kind: 'unknown',
    name,
    candidates: [],
    message: vscode.l10n.t(
      'It’s unknown whether “{0}” was created. Check your instances before you create it again.',
      name,
    ),
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
