import * as v from 'valibot';
import { checkFreeName, suggestName, type Field, type Problem } from '../../../api/rules';
import { priceFor, resourcesOf, type PlacementOption, type Price } from '../shared/catalog';
import type { Channel } from '../shared/channel';
import { emptyDraft } from '../shared/drafts';
import {
  draftSchema,
  progressSchema,
  type Access,
  type CatalogState,
  type Draft,
  type FromCreateForm,
  type Preset,
  type Progress,
  type Result,
  type ToCreateForm,
} from '../shared/protocol';
import { createProblems } from '../shared/request';
import { withImage } from './commonPresets';
import { touchedFields } from './draftFields';
import { Validation } from './validation';
import {
  alternativesTo,
  Availability,
  cheaperThan,
  placementOf,
  withKey,
  withPlacement,
  type Alternative,
  type Cheaper,
} from './selection';

const savedSchema = v.object({
  draft: draftSchema,
  accountId: v.optional(v.string()),
  progress: v.optional(progressSchema),
});

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
  /** What was seen at locations, in words, by their IDs. */
  hints: ReadonlyMap<string, string> = new Map();
  presetName = '';
  search = '';
  sortBy: 'price' | 'name' | 'memory' = 'price';
  /** The submit whose outcome isn't known yet. */
  pending?: string;
  /** How far the create has come. */
  progress?: Progress;
  result?: Result;
  /** What was available, and isn't anymore. */
  readonly availability = new Availability();
  cloudInitProblems: readonly string[] = [];
  private accountId?: string;
  private taken: readonly string[] = [];
  private readonly validation = new Validation();
  /** The person is back at the form although the outcome of its create is unknown. */
  private editing = false;
  private readonly restored: boolean;

  constructor(
    private readonly channel: Channel<FromCreateForm>,
    private readonly redraw: () => void,
  ) {
    const saved = channel.load(savedSchema);
    if (saved) this.draft = saved.draft;
    this.accountId = saved?.accountId;
    this.progress = saved?.progress;
    this.availability.expect(this.draft);
    this.restored = saved !== undefined;
  }

  start(): void {
    const { restored, accountId, progress } = this;
    this.channel.post({ type: 'ready', restored, accountId, progress });
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
          this.draft = withImage(message.draft, this.images);
          this.availability.expect(this.draft);
          this.validation.reset();
          this.checkCloudInit();
        }
        break;
      case 'catalog':
        this.catalog = message.catalog;
        this.draft = this.availability.update(this.draft, this.catalog);
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
        this.draft = withImage(this.draft, this.images);
        break;
      case 'names':
        this.taken = message.taken;
        break;
      case 'hints':
        this.hints = new Map(Object.entries(message.hints));
        break;
      case 'progress':
        this.progress = message.progress;
        this.editing = false;
        break;
      case 'result':
        if (this.pending !== undefined && this.pending !== message.submitId) break;
        this.settle(message.result);
        break;
      case 'startOver':
        this.startOver();
        return;
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
    this.validation.edit(touchedFields(patch));
    if (before.gpuModel !== this.draft.gpuModel || before.placementKind !== this.draft.placementKind) {
      this.draft = withImage(withPlacement(this.draft, this.catalog), this.images);
    }
    this.availability.note(this.draft, this.catalog);
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
    this.validation.edit(new Set(['password']));
    this.redraw();
  }

  /** Shows the problem of this field from now on. */
  visitField(field: Field): void {
    this.validation.visit(field);
    this.redraw();
  }

  /** Fills the form from a preset of the person. */
  choosePreset(name: string): void {
    const preset = this.presets.find((known) => known.name === name);
    this.presetName = preset?.name ?? '';
    if (preset) this.fill(preset.draft);
  }

  /** Fills the form. The name stays the instance's own. */
  fill(draft: Draft): void {
    const named: Draft = { ...draft, name: '', nameTyped: false };
    this.draft = withImage(withPlacement(withKey(named, this.access), this.catalog), this.images);
    this.availability.expect(this.draft);
    this.availability.note(this.draft, this.catalog);
    this.validation.reset();
    this.checkCloudInit();
    this.update();
  }

  /** What's wrong with a field: what the service refused, or what the rules say about a visited field. */
  problem(field: Field): string | undefined {
    return this.validation.shown(field, () => this.problems());
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

  alternatives(): Alternative[] {
    return alternativesTo(this.draft, this.catalog);
  }

  /** A cheaper placement than the selected one, and how much it saves in US dollars an hour. */
  cheaper(): Cheaper | undefined {
    return cheaperThan(this.draft, this.catalog);
  }

  /** Whether an earlier create may have succeeded, so that creating again has to be confirmed. */
  get isOutcomeUnknown(): boolean {
    return this.result?.kind === 'unknown';
  }

  /** Whether the page shows the create instead of the form. */
  get showsProgress(): boolean {
    return this.progress !== undefined && !this.editing;
  }

  /** Sends the form once. Returns whether it was sent. */
  submit(): boolean {
    if (this.pending !== undefined || this.result?.kind === 'created') return false;
    this.validation.attempt();
    if (this.problems().length > 0) {
      this.redraw();
      return false;
    }
    const type = this.isOutcomeUnknown ? 'createAgain' : 'submit';
    const submitId = crypto.randomUUID();
    this.pending = submitId;
    this.result = undefined;
    this.progress = undefined;
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
    this.channel.post({ type: 'createAnother' });
    this.startOver();
  }

  /** Shows the form again while the outcome is unknown. */
  backToForm(): void {
    this.editing = true;
    this.redraw();
  }

  private startOver(): void {
    this.pending = undefined;
    this.result = undefined;
    this.progress = undefined;
    this.validation.reset();
    this.change({ nameTyped: false });
  }

  private settle(result: Result): void {
    this.pending = undefined;
    this.result = result;
    if (result.kind === 'refused') {
      this.progress = undefined;
      this.validation.refuse(result.problems);
    }
    if (result.kind === 'created') this.password = '';
  }

  private checkCloudInit(): void {
    this.cloudInitProblems = [];
    if (this.draft.cloudInit.trim() !== '') {
      this.channel.post({ type: 'checkCloudInit', text: this.draft.cloudInit });
    }
  }

  private update(): void {
    if (!this.draft.nameTyped && !this.showsProgress && this.pending === undefined) {
      const model = this.draft.gpuModel === '' ? undefined : this.draft.gpuModel;
      this.draft = { ...this.draft, name: suggestName(model, this.taken) };
    }
    const { draft, accountId, progress } = this;
    this.channel.save({ draft, accountId, progress });
    this.redraw();
  }
}
