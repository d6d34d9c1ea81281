import * as v from 'valibot';
import type { Field, Problem } from '../../../api/rules';
import { chosenPlace, locationOfRate, priceAt, sizesOf, type Place, type Price } from '../shared/catalogue';
import type { Host } from '../shared/hostPort';
import { changesAnything, modifyDraftOf, modifyProblems } from '../shared/machine';
import {
  modifyDraftSchema,
  type CatalogueState,
  type FromModifyForm,
  type Machine,
  type ModifyDraft,
  type ToModifyForm,
} from '../shared/protocol';

const keptSchema = v.object({ instanceId: v.string(), edits: v.partial(modifyDraftSchema) });

const fieldOf: Record<keyof ModifyDraft, Field> = {
  gpuModel: 'gpu',
  gpuCount: 'gpuCount',
  vcpus: 'vcpus',
  ramGb: 'ram',
  storageGb: 'storage',
  placeId: 'place',
};

/** What the modify form knows, and what happens to it; drawing is left to `redraw`. */
export class ModifyModel {
  machine?: Machine;
  gone?: string;
  catalogue: CatalogueState = { loading: true, locations: [], hostnodes: [] };
  pending?: { readonly submitId: string; readonly message: string };
  result?: { readonly ok: boolean; readonly message: string };
  private instanceId = '';
  /** What the person changed; everything else follows the machine. */
  private edits: Partial<ModifyDraft> = {};
  private refusals: readonly Problem[] = [];

  constructor(
    private readonly host: Host<FromModifyForm>,
    private readonly redraw: () => void,
  ) {
    const kept = host.load(keptSchema);
    if (kept) {
      this.instanceId = kept.instanceId;
      this.edits = kept.edits;
    }
  }

  start(): void {
    this.host.post({ type: 'ready', instanceId: this.instanceId });
  }

  refresh(): void {
    this.host.post({ type: 'refresh' });
  }

  receive(message: ToModifyForm): void {
    switch (message.type) {
      case 'init':
        this.instanceId = message.instanceId;
        this.keep();
        break;
      case 'machine':
        this.machine = message.machine;
        this.gone = undefined;
        break;
      case 'gone':
        this.gone = message.message;
        break;
      case 'catalogue':
        this.catalogue = message.catalogue;
        break;
      case 'progress':
        this.pending = { submitId: message.submitId, message: message.message };
        this.result = undefined;
        break;
      case 'result':
        if (this.pending && this.pending.submitId !== message.submitId) break;
        this.pending = undefined;
        this.result = { ok: message.ok, message: message.message };
        this.refusals = message.problems;
        if (message.ok) this.edits = {};
        this.keep();
        break;
    }
    this.redraw();
  }

  /** What is asked for: the machine as it is, and what was changed. */
  get draft(): ModifyDraft | undefined {
    const { machine, catalogue } = this;
    if (!machine) return undefined;
    const now = modifyDraftOf(machine);
    const placeId = now.placeId || locationOfRate(catalogue, sizesOf(now), machine.rateHourly);
    return { ...now, placeId, ...this.edits };
  }

  change(patch: Partial<ModifyDraft>): void {
    this.edits = { ...this.edits, ...patch };
    this.result = undefined;
    const touched = new Set(Object.keys(patch).map((key) => fieldOf[key as keyof ModifyDraft]));
    this.refusals = this.refusals.filter((problem) => !touched.has(problem.field));
    this.keep();
    this.redraw();
  }

  /** Back to what the machine has. */
  reset(): void {
    this.edits = {};
    this.refusals = [];
    this.result = undefined;
    this.keep();
    this.redraw();
  }

  problem(field: Field): string | undefined {
    return [...this.refusals, ...this.problems()].find((problem) => problem.field === field)?.message;
  }

  /** Whether there is a change that may be sent. */
  get canSubmit(): boolean {
    const { machine, draft } = this;
    if (!machine || !draft || this.pending || machine.how === 'wait' || this.gone !== undefined) return false;
    return changesAnything(machine, draft) && this.problems().length === 0;
  }

  place(): Place | undefined {
    const { draft } = this;
    return draft && chosenPlace(this.catalogue, 'location', draft.placeId, sizesOf(draft));
  }

  /** What the machine will cost; nothing is known while its place is not. */
  price(): Price {
    const { draft } = this;
    return draft ? priceAt(this.place(), sizesOf(draft)) : {};
  }

  submit(): void {
    if (!this.canSubmit || !this.draft) return;
    this.refusals = [];
    this.result = undefined;
    const submitId = crypto.randomUUID();
    this.pending = { submitId, message: '' };
    this.host.post({ type: 'submit', submitId, draft: this.draft });
    this.redraw();
  }

  private problems(): readonly Problem[] {
    const { machine, draft } = this;
    return machine && draft ? modifyProblems(machine, draft, this.catalogue) : [];
  }

  private keep(): void {
    this.host.save({ instanceId: this.instanceId, edits: this.edits });
  }
}
