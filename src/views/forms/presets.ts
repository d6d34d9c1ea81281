import * as v from 'valibot';
import { compareTexts } from '../../base/locale';
import { rdpPort, sshPort } from '../../api/ports';
import type { Instance } from '../../api/types';
import { emptyDraft } from '../webview/shared/drafts';
import { draftSchema, presetSchema, type Draft, type Preset } from '../webview/shared/protocol';

const lastKey = 'tensordock.create.last';
const presetsKey = 'tensordock.create.presets';

/** Storage for presets, such as a `vscode.Memento`. */
export interface PresetMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** Saved settings to start from: those of the last created instance, and named presets. They hold no password. */
export class Presets {
  constructor(private readonly memory: PresetMemory) {}

  /** The first contents of a new form. */
  last(): Draft {
    const parsed = v.safeParse(draftSchema, this.memory.get(lastKey));
    return parsed.success ? { ...parsed.output, name: '', nameTyped: false } : emptyDraft;
  }

  async remember(draft: Draft): Promise<void> {
    await this.memory.update(lastKey, v.parse(draftSchema, draft));
  }

  all(): Preset[] {
    const parsed = v.safeParse(v.array(presetSchema), this.memory.get(presetsKey));
    return parsed.success ? parsed.output : [];
  }

  /** Saves a preset and replaces the one with the same name. */
  async save(name: string, draft: Draft): Promise<void> {
    const others = this.all().filter((preset) => preset.name !== name);
    const presets = [...others, { name, draft: v.parse(draftSchema, draft) }];
    await this.memory.update(
      presetsKey,
      presets.sort((a, b) => compareTexts(a.name, b.name)),
    );
  }

  async delete(name: string): Promise<void> {
    await this.memory.update(
      presetsKey,
      this.all().filter((preset) => preset.name !== name),
    );
  }
}

/** What to create an instance with. */
export interface GpuChoice {
  /** The ID of a GPU model. */
  readonly model: string;
  readonly count?: number;
  readonly locationId?: string;
}

/** A draft with this GPU. The rest comes from `start`. */
export function draftWithGpu({ model, count = 1, locationId = '' }: GpuChoice, start: Draft): Draft {
  return {
    ...start,
    gpuModel: model,
    gpuCount: String(count),
    placementKind: 'location',
    placementId: locationId,
    name: '',
    nameTyped: false,
  };
}

/** A draft for an instance like this one. Values that the service didn't report come from `start`. */
export function draftLike(instance: Instance, start: Draft): Draft {
  const { resources, locationId, image, portForwards } = instance;
  const gpu = resources?.gpus?.[0];
  const size = (known: number | undefined, otherwise: string): string =>
    known === undefined ? otherwise : String(known);
  return {
    ...start,
    gpuModel: gpu?.model ?? (resources?.gpus ? '' : start.gpuModel),
    gpuCount: size(gpu?.count, start.gpuCount),
    placementKind: gpu || !resources?.gpus ? 'location' : 'hostnode',
    placementId: locationId ?? '',
    vcpus: size(resources?.vcpuCount, start.vcpus),
    ramGb: size(resources?.ramGb, start.ramGb),
    storageGb: size(resources?.storageGb, start.storageGb),
    image: image ?? start.image,
    imageChosen: image === undefined ? start.imageChosen : true,
    ports: portForwards
      ? portForwards
          .map((forward) => forward.internalPort)
          .filter((port) => port !== sshPort && port !== rdpPort)
          .join(', ')
      : start.ports,
    name: '',
    nameTyped: false,
  };
}

/** The same at whatever location has room: the form selects one. */
export function draftElsewhere(instance: Instance, start: Draft): Draft {
  return { ...draftLike(instance, start), placementId: '' };
}
