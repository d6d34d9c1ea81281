import * as v from 'valibot';
import { checkFreeName, suggestName, type Field, type Problem } from '../../../api/rules';
import {
  byPrice,
  chosenPlace,
  placesFor,
  priceAt,
  sizesOf,
  type Place,
  type Price,
} from '../shared/catalogue';
import { emptyDraft } from '../shared/drafts';
import type { Host } from '../shared/hostPort';
import { problemsOf } from '../shared/machine';
import {
  draftSchema,
  type Access,
  type CatalogueState,
  type Draft,
  type FromCreateForm,
  type Preset,
  type Result,
  type ToCreateForm,
} from '../shared/protocol';

const keptSchema = v.object({ draft: draftSchema });

/** The field that each typed thing belongs to. */
const fieldOf: Record<keyof Draft, Field> = {
  gpuModel: 'gpu',
  gpuCount: 'gpuCount',
  placeKind: 'place',
  placeId: 'place',
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

/** Another place for the same machine. */
export interface Alternative {
  readonly place: Place;
  readonly total?: number;
}

/** What the create form knows, and what happens to it; drawing is left to `redraw`. */
export class CreateModel {
  draft: Draft = emptyDraft;
  /** Never part of the draft, of the kept state or of a preset. */
  password = '';
  catalogue: CatalogueState = { loading: true, locations: [], hostnodes: [] };
  access: Access = { local: [], stored: [] };
  presets: readonly Preset[] = [];
  images: readonly string[] = [];
  recipes: readonly { readonly id: string; readonly label: string }[] = [];
  presetName = '';
  search = '';
  sortBy: 'price' | 'name' | 'memory' = 'price';
  pending?: { readonly submitId: string; readonly message: string };
  result?: Result;
  machine?: { readonly id: string; readonly message: string; readonly ready: boolean };
  cloudInitProblems: readonly string[] = [];
  private taken: readonly string[] = [];
  private refusals: readonly Problem[] = [];
  private readonly left = new Set<Field>();
  private attempted = false;
  private readonly restored: boolean;

  constructor(
    private readonly host: Host<FromCreateForm>,
    private readonly redraw: () => void,
  ) {
    const kept = host.load(keptSchema);
    if (kept) this.draft = kept.draft;
    this.restored = kept !== undefined;
  }

  start(): void {
    this.host.post({ type: 'ready', restored: this.restored });
    if (this.draft.cloudInit !== '') this.checkCloudInit();
  }

  post(message: FromCreateForm): void {
    this.host.post(message);
  }

  receive(message: ToCreateForm): void {
    switch (message.type) {
      case 'init':
        this.recipes = message.recipes;
        if (message.draft) {
          this.draft = message.draft;
          this.forgetAttempt();
          this.checkCloudInit();
        }
        break;
      case 'catalogue':
        this.catalogue = message.catalogue;
        this.choosePlace();
        break;
      case 'access':
        this.access = message.access;
        this.chooseKey(message.select);
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
      case 'machine':
        this.machine = message;
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

  /** Takes what was typed or chosen, and what follows from it. */
  change(patch: Partial<Draft>): void {
    const before = this.draft;
    this.draft = { ...before, ...patch };
    const touched = new Set(Object.keys(patch).map((key) => fieldOf[key as keyof Draft]));
    this.refusals = this.refusals.filter((problem) => !touched.has(problem.field));
    if (before.gpuModel !== this.draft.gpuModel || before.placeKind !== this.draft.placeKind) {
      this.choosePlace();
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

  /** The person has been at this field: from now on its problem is shown. */
  leave(field: Field): void {
    if (this.left.has(field)) return;
    this.left.add(field);
    this.redraw();
  }

  /** Fills the form from a preset; the name of the machine stays one of its own. */
  choosePreset(name: string): void {
    this.presetName = name;
    const preset = this.presets.find((known) => known.name === name);
    if (!preset) {
      this.redraw();
      return;
    }
    this.draft = { ...preset.draft, name: '', nameTyped: false };
    this.forgetAttempt();
    this.chooseKey();
    this.choosePlace();
    this.checkCloudInit();
    this.update();
  }

  /** What is wrong, by field: what the service refused, else what the rules say of a field that was visited. */
  problem(field: Field): string | undefined {
    const refusal = this.refusals.find((problem) => problem.field === field);
    if (refusal) return refusal.message;
    if (!this.attempted && !this.left.has(field)) return undefined;
    return this.problems().find((problem) => problem.field === field)?.message;
  }

  problems(): readonly Problem[] {
    const problems = [
      ...problemsOf(this.draft, this.catalogue, this.access, this.password),
      ...checkFreeName(this.draft.name, this.taken),
    ];
    const first = this.cloudInitProblems[0];
    return first === undefined ? problems : [...problems, { field: 'cloudInit', message: first }];
  }

  place(): Place | undefined {
    const { placeKind, placeId } = this.draft;
    return chosenPlace(this.catalogue, placeKind, placeId.trim(), sizesOf(this.draft));
  }

  price(): Price {
    return priceAt(this.place(), sizesOf(this.draft));
  }

  /** The other places with room for this machine, the cheapest first. */
  alternatives(): Alternative[] {
    const sizes = sizesOf(this.draft);
    const network = this.draft.dedicatedIp ? 'dedicatedIp' : 'portForwarding';
    return byPrice(placesFor(this.catalogue, this.draft.placeKind, sizes), sizes).filter(
      ({ place }) => place.id !== this.draft.placeId && place.limits[network] !== false,
    );
  }

  /** A place that is cheaper than the chosen one, and by how much an hour. */
  cheaper(): (Alternative & { readonly saves: number }) | undefined {
    const now = this.price().total;
    const [best] = this.alternatives();
    if (now === undefined || best?.total === undefined || best.total >= now - 0.00005) return undefined;
    return { ...best, saves: now - best.total };
  }

  /** Sends the form once; returns whether it was sent. */
  submit(): boolean {
    if (this.pending || this.result?.kind === 'created') return false;
    this.attempted = true;
    this.refusals = [];
    if (this.problems().length > 0) {
      this.redraw();
      return false;
    }
    const submitId = crypto.randomUUID();
    this.pending = { submitId, message: '' };
    this.result = undefined;
    this.machine = undefined;
    const password = this.password === '' ? undefined : this.password;
    this.host.post({ type: 'submit', submitId, draft: this.draft, password });
    this.redraw();
    return true;
  }

  /** Takes another place and sends the form again. */
  tryAt(place: Place): void {
    this.change({ placeId: place.id });
    this.submit();
  }

  /** After a machine was made: the same form for the next one. */
  startNext(): void {
    this.result = undefined;
    this.machine = undefined;
    this.forgetAttempt();
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

  /** The cheapest place with room, where the one that was chosen does not have what is wanted. */
  private choosePlace(): void {
    if (this.catalogue.at === undefined || this.place()) return;
    const { placeKind, placeId } = this.draft;
    const known = [...this.catalogue.locations, ...this.catalogue.hostnodes].some(({ id }) => id === placeId);
    const empty =
      (placeKind === 'location' ? this.catalogue.locations : this.catalogue.hostnodes).length === 0;
    // An id that was typed stays: the catalogue does not have everything.
    if (placeId !== '' && (!known || empty)) return;
    const [best] = this.alternatives();
    this.draft = { ...this.draft, placeId: best?.place.id ?? '' };
  }

  private chooseKey(fingerprint?: string): void {
    const { local, stored } = this.access;
    if (fingerprint !== undefined) this.draft = { ...this.draft, access: 'local', localKey: fingerprint };
    if (!local.some((key) => key.fingerprint === this.draft.localKey)) {
      this.draft = { ...this.draft, localKey: local[0]?.fingerprint ?? '' };
    }
    if (!stored.some((key) => key.id === this.draft.storedKey)) {
      this.draft = { ...this.draft, storedKey: stored[0]?.id ?? '' };
    }
  }

  private checkCloudInit(): void {
    this.cloudInitProblems = [];
    if (this.draft.cloudInit.trim() !== '') {
      this.host.post({ type: 'checkCloudInit', text: this.draft.cloudInit });
    }
  }

  private forgetAttempt(): void {
    this.attempted = false;
    this.left.clear();
    this.refusals = [];
  }

  private update(): void {
    if (!this.draft.nameTyped && this.result?.kind !== 'created' && !this.pending) {
      const model = this.draft.gpuModel === '' ? undefined : this.draft.gpuModel;
      this.draft = { ...this.draft, name: suggestName(model, this.taken) };
    }
    this.host.save({ draft: this.draft });
    this.redraw();
  }
}
