import * as v from 'valibot';
import type { Field, Problem } from '../../../api/rules';
import {
  selectedPlacement,
  locationForRate,
  priceFor,
  resourcesOf,
  type PlacementOption,
  type Price,
} from '../shared/catalog';
import type { Channel } from '../shared/channel';
import { changesAnything, modifyDraftFor, modifyProblems } from '../shared/request';
import {
  modifyDraftSchema,
  type CatalogState,
  type FromModifyForm,
  type InstanceDetails,
  type ModifyDraft,
  type ToModifyForm,
} from '../shared/protocol';

const savedSchema = v.object({
  instanceId: v.string(),
  accountId: v.optional(v.string()),
  edits: v.partial(modifyDraftSchema),
});

const fieldOf: Record<keyof ModifyDraft, Field> = {
  gpuModel: 'gpu',
  gpuCount: 'gpuCount',
  vcpus: 'vcpus',
  ramGb: 'ram',
  storageGb: 'storage',
  placementId: 'location',
};

/** The state of the modify form. Calls `redraw` after each change. */
export class ModifyModel {
  instance?: InstanceDetails;
  unavailable?: string;
  catalog: CatalogState = { loading: true, locations: [], hostnodes: [] };
  pending?: { readonly submitId: string; readonly message: string };
  result?: { readonly outcome: 'done' | 'refused' | 'unknown'; readonly message: string };
  private instanceId = '';
  private accountId?: string;
  /** What the person changed. Everything else follows the instance. */
  private edits: Partial<ModifyDraft> = {};
  private refusals: readonly Problem[] = [];

  constructor(
    private readonly channel: Channel<FromModifyForm>,
    private readonly redraw: () => void,
  ) {
    const saved = channel.load(savedSchema);
    if (saved) {
      this.instanceId = saved.instanceId;
      this.accountId = saved.accountId;
      this.edits = saved.edits;
    }
  }

  start(): void {
    this.channel.post({ type: 'ready', instanceId: this.instanceId, accountId: this.accountId });
  }

  refresh(): void {
    this.channel.post({ type: 'refresh' });
  }

  receive(message: ToModifyForm): void {
    switch (message.type) {
      case 'init':
        this.instanceId = message.instanceId;
        this.accountId = message.accountId;
        this.save();
        break;
      case 'instance':
        this.instance = message.instance;
        this.unavailable = undefined;
        break;
      case 'unavailable':
        this.unavailable = message.message;
        break;
      case 'catalog':
        this.catalog = message.catalog;
        break;
      case 'progress':
        this.pending = { submitId: message.submitId, message: message.message };
        this.result = undefined;
        break;
      case 'result':
        if (this.pending && this.pending.submitId !== message.submitId) break;
        this.pending = undefined;
        this.result = { outcome: message.outcome, message: message.message };
        this.refusals = message.problems;
        if (message.outcome === 'done') this.edits = {};
        this.save();
        break;
    }
    this.redraw();
  }

  /** The instance's resources with the person's edits. */
  get draft(): ModifyDraft | undefined {
    const { instance, catalog } = this;
    if (!instance) return undefined;
    const current = modifyDraftFor(instance);
    const placementId =
      current.placementId || locationForRate(catalog, resourcesOf(current), instance.rateHourly);
    return { ...current, placementId, ...this.edits };
  }

  change(patch: Partial<ModifyDraft>): void {
    this.edits = { ...this.edits, ...patch };
    this.result = undefined;
    const touched = new Set(Object.keys(patch).map((key) => fieldOf[key as keyof ModifyDraft]));
    this.refusals = this.refusals.filter((problem) => !touched.has(problem.field));
    this.save();
    this.redraw();
  }

  /** Discards all edits. */
  reset(): void {
    this.edits = {};
    this.refusals = [];
    this.result = undefined;
    this.save();
    this.redraw();
  }

  problem(field: Field): string | undefined {
    return [...this.refusals, ...this.problems()].find((problem) => problem.field === field)?.message;
  }

  /** Whether there is a valid change to send. */
  get canSubmit(): boolean {
    const { instance, draft } = this;
    if (!instance || !draft || this.pending || instance.mode === 'blocked' || this.unavailable !== undefined)
      return false;
    return changesAnything(instance, draft) && this.problems().length === 0;
  }

  placement(): PlacementOption | undefined {
    const { draft } = this;
    return draft && selectedPlacement(this.catalog, 'location', draft.placementId, resourcesOf(draft));
  }

  /** The price after the change; empty while the location is unknown. */
  price(): Price {
    const { draft } = this;
    return draft ? priceFor(this.placement(), resourcesOf(draft)) : {};
  }

  submit(): void {
    if (!this.canSubmit || !this.draft) return;
    this.refusals = [];
    this.result = undefined;
    const submitId = crypto.randomUUID();
    this.pending = { submitId, message: '' };
    this.channel.post({ type: 'submit', submitId, draft: this.draft });
    this.redraw();
  }

  private problems(): readonly Problem[] {
    const { instance, draft } = this;
    return instance && draft ? modifyProblems(instance, draft, this.catalog) : [];
  }

  private save(): void {
    this.channel.save({ instanceId: this.instanceId, accountId: this.accountId, edits: this.edits });
  }
}
