import * as v from 'valibot';
import { checkFreeName, suggestName, type Field, type Problem } from '../../../api/rules';
import { priceFor, resourcesOf, type PlacementOption, type Price } from '../shared/catalog';
import type { Channel } from '../shared/channel';
import { emptyDraft } from '../shared/drafts';
import {
  draftSchema,
  type Access,
  type CatalogState,
  type Draft,
  type FromCreateForm,
  type Preset,
  type Result,
  type ToCreateForm,
} from '../shared/protocol';
import { createProblems } from '../shared/request';
import { alternativesTo, placementOf, withKey, withPlacement, type Alternative } from './selection';

const savedSchema = v.object({ draft: draftSchema, accountId: v.optional(v.string()) });

/** The field that each part of the draft belongs to. */
const fieldOf: Record<keyof Draft, Field> = {
  gpuModel: 'gpu',
  gpuCount: 'gpuCount',
  placementKind: 'location',
  placementId: 'location',
  vcpus: 'vcpus',
  ramGb: 'ram',
  storageGb: 'storage',
  image: 'image',
  name: 'name',
  nameTyped: 'name',
  access: 'access',
  localKey: 'access',
  storedKey: 'access',
  typedKey: 'access',
  dedicatedIp: 'network',
  ports: 'ports',
  cloudInit: 'cloudInit',
};

/** The state of the create form. Calls `redraw` after each change. */
export class CreateModel {
  draft: Draft = emptyDraft;
  /** Never part of the draft, the saved state, or a preset. */
  password = '';
  catalog: CatalogState = { loading: true, locations: [], hostnodes: [] };
  access: Access = { local: [], stored: [] };
  presets: readonly Preset[] = [];
  images: readonly string[] = [];
  recipes: readonly { readonly id: string; readonly label: string }[] = [];
  presetName = '';
  search = '';
  sortBy: 'price' | 'name' | 'memory' = 'price';
  pending?: { readonly submitId: string; readonly message: string };
  result?: Result;
  readiness?: { readonly id: string; readonly message: string; readonly ready: boolean };
  cloudInitProblems: readonly string[] = [];
  private accountId?: string;
  private taken: readonly string[] = [];
  private refusals: readonly Problem[] = [];
  private readonly visited = new Set<Field>();
  private attempted = false;
  private readonly restored: boolean;

  constructor(
    private readonly channel: Channel<FromCreateForm>,
    private readonly redraw: () => void,
  ) {
    const saved = channel.load(savedSchema);
    if (saved) this.draft = saved.draft;
    this.accountId = saved?.accountId;
    this.restored = saved !== undefined;
  }

  start(): void {
    this.channel.post({ type: 'ready', restored: this.restored, accountId: this.accountId });
    if (this.draft.cloudInit !== '') this.checkCloudInit();
  }

  post(message: FromCreateForm): void {
    this.channel.post(message);
  }

  receive(message: ToCreateForm): void {
    switch (message.type) {
      case 'init':
        this.recipes = message.recipes;
        this.accountId = message.accountId;
        if (message.draft) {
          this.draft = message.draft;
          this.resetValidation();
          this.checkCloudInit();
        }
        break;
      case 'catalog':
        this.catalog = message.catalog;
        this.draft = withPlacement(this.draft, this.catalog);
        break;
      case 'access':
        this.access = message.access;
        this.draft = withKey(this.draft, this.access, message.select);
        break;
      case 'presets':
        this.presets = message.presets;
        break;
      case 'images':
        this.images = message.images;
        if (this.draft.image === '') this.draft = { ...this.draft, image: message.images[0] ?? '' };
        break;
      case 'names':
        this.taken = message.taken;
        break;
      case 'progress':
        this.pending = { submitId: message.submitId, message: message.message };
        this.result = undefined;
        break;
      case 'result':
        if (this.pending && this.pending.submitId !== message.submitId) break;
        this.settle(message.result);
        break;
      case 'readiness':
        this.readiness = message;
        break;
      case 'cloudInitProblems':
        if (message.text === this.draft.cloudInit) this.cloudInitProblems = message.problems;
        break;
      case 'cloudInit':
        this.change({ cloudInit: message.text });
        return;
    }
    this.update();
  }

  /** Applies an edit and everything that follows from it. */
  change(patch: Partial<Draft>): void {
    const before = this.draft;
    this.draft = { ...before, ...patch };
    const touched = new Set(Object.keys(patch).map((key) => fieldOf[key as keyof Draft]));
    this.refusals = this.refusals.filter((problem) => !touched.has(problem.field));
    if (before.gpuModel !== this.draft.gpuModel || before.placementKind !== this.draft.placementKind) {
      this.draft = withPlacement(this.draft, this.catalog);
    }
    if (before.cloudInit !== this.draft.cloudInit) this.checkCloudInit();
    this.update();
  }

  /** Searches and sorts the GPU models. */
  find(search: string, sortBy: CreateModel['sortBy']): void {
    this.search = search;
    this.sortBy = sortBy;
    this.redraw();
  }

  setPassword(password: string): void {
    this.password = password;
    this.refusals = this.refusals.filter((problem) => problem.field !== 'password');
    this.redraw();
  }

  /** Shows the problem of this field from now on. */
  visitField(field: Field): void {
    if (this.visited.has(field)) return;
    this.visited.add(field);
    this.redraw();
  }

  /** Fills the form from a preset. The name stays the instance's own. */
  choosePreset(name: string): void {
    this.presetName = name;
    const preset = this.presets.find((known) => known.name === name);
    if (!preset) {
      this.redraw();
      return;
    }
    const draft: Draft = { ...preset.draft, name: '', nameTyped: false };
    this.draft = withPlacement(withKey(draft, this.access), this.catalog);
    this.resetValidation();
    this.checkCloudInit();
    this.update();
  }

  /** What's wrong with a field: what the service refused, or what the rules say about a visited field. */
  problem(field: Field): string | undefined {
    const refusal = this.refusals.find((problem) => problem.field === field);
    if (refusal) return refusal.message;
    if (!this.attempted && !this.visited.has(field)) return undefined;
    return this.problems().find((problem) => problem.field === field)?.message;
  }

  problems(): readonly Problem[] {
    const problems = [
      ...createProblems(this.draft, this.catalog, this.access, this.password),
      ...checkFreeName(this.draft.name, this.taken),
    ];
    const first = this.cloudInitProblems[0];
    return first === undefined ? problems : [...problems, { field: 'cloudInit', message: first }];
  }

  placement(): PlacementOption | undefined {
    return placementOf(this.draft, this.catalog);
  }

  price(): Price {
    return priceFor(this.placement(), resourcesOf(this.draft));
  }

  /** The other placements with room for this instance, cheapest first. */
  alternatives(): Alternative[] {
    return alternativesTo(this.draft, this.catalog);
  }

  /** A cheaper placement than the selected one, and how much it saves in US dollars an hour. */
  cheaper(): (Alternative & { readonly saves: number }) | undefined {
    const current = this.price().total;
    const [best] = this.alternatives();
    if (current === undefined || best?.total === undefined || best.total >= current - 0.00005)
      return undefined;
    return { ...best, saves: current - best.total };
  }

  /** Whether an earlier create may have succeeded, so that creating again has to be confirmed. */
  get isOutcomeUnknown(): boolean {
    return this.result?.kind === 'unknown';
  }

  /** Sends the form once. Returns whether it was sent. */
  submit(): boolean {
    if (this.pending || this.result?.kind === 'created') return false;
    this.attempted = true;
    this.refusals = [];
    if (this.problems().length > 0) {
      this.redraw();
      return false;
    }
    const type = this.isOutcomeUnknown ? 'createAgain' : 'submit';
    const submitId = crypto.randomUUID();
    this.pending = { submitId, message: '' };
    this.result = undefined;
    this.readiness = undefined;
    const password = this.password === '' ? undefined : this.password;
    this.channel.post({ type, submitId, draft: this.draft, password });
    this.redraw();
    return true;
  }

  /** Selects another placement and sends the form again. */
  retryAt(placement: PlacementOption): void {
    this.change({ placementId: placement.id });
    this.submit();
  }

  /** Keeps the form for the next instance after one was created. */
  createAnother(): void {
    this.result = undefined;
    this.readiness = undefined;
    this.resetValidation();
    this.change({ nameTyped: false });
  }

  private settle(result: Result): void {
    this.pending = undefined;
    this.result = result;
    if (result.kind === 'refused') {
      this.refusals = result.problems;
      this.attempted = true;
    }
    if (result.kind === 'created') this.password = '';
  }

  private checkCloudInit(): void {
    this.cloudInitProblems = [];
    if (this.draft.cloudInit.trim() !== '') {
      this.channel.post({ type: 'checkCloudInit', text: this.draft.cloudInit });
    }
  }

  private resetValidation(): void {
    this.attempted = false;
    this.visited.clear();
    this.refusals = [];
  }

  private update(): void {
    if (!this.draft.nameTyped && this.result?.kind !== 'created' && !this.pending) {
      const model = this.draft.gpuModel === '' ? undefined : this.draft.gpuModel;
      this.draft = { ...this.draft, name: suggestName(model, this.taken) };
    }
    this.channel.save({ draft: this.draft, accountId: this.accountId });
    this.redraw();
  }
}
