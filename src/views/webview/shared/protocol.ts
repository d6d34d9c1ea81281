import * as v from 'valibot';
import { fields } from '../../../api/rules';

/**
 * The one contract between the forms and the extension. Each side parses what arrives with these schemas; what
 * does not fit is dropped and logged.
 */

const text = v.pipe(v.string(), v.maxLength(100_000));
const short = v.pipe(v.string(), v.maxLength(1_000));
const amount = v.optional(v.pipe(v.number(), v.finite()));

/** What is typed in the create form, as typed: numbers are text. A password is never part of it. */
export const draftSchema = v.object({
  /** Empty: a machine without a GPU. */
  gpuModel: short,
  gpuCount: short,
  placeKind: v.picklist(['location', 'hostnode']),
  placeId: short,
  vcpus: short,
  ramGb: short,
  storageGb: short,
  image: short,
  name: short,
  /** Whether the person chose the name; else it follows the GPU. */
  nameTyped: v.boolean(),
  access: v.picklist(['local', 'stored', 'typed']),
  /** A fingerprint. */
  localKey: short,
  storedKey: short,
  typedKey: text,
  dedicatedIp: v.boolean(),
  /** Inner ports beside the one for the login, as typed. */
  ports: short,
  cloudInit: text,
});
export type Draft = v.InferOutput<typeof draftSchema>;

/** What is typed in the modify form. */
export const modifyDraftSchema = v.object({
  gpuModel: short,
  gpuCount: short,
  vcpus: short,
  ramGb: short,
  storageGb: short,
  placeId: short,
});
export type ModifyDraft = v.InferOutput<typeof modifyDraftSchema>;

export const presetSchema = v.object({ name: short, draft: draftSchema });
export type Preset = v.InferOutput<typeof presetSchema>;

const problemSchema = v.object({ field: v.picklist(fields), message: text });

const pricesSchema = v.object({ vcpuHourly: amount, ramGbHourly: amount, storageGbHourly: amount });

const locationSchema = v.object({
  id: v.string(),
  city: v.optional(v.string()),
  stateProvince: v.optional(v.string()),
  country: v.optional(v.string()),
  tier: amount,
  gpus: v.array(
    v.object({
      model: v.string(),
      displayName: v.string(),
      maxCount: amount,
      priceHourly: amount,
      maxVcpus: amount,
      maxRamGb: amount,
      maxStorageGb: amount,
      prices: pricesSchema,
      dedicatedIpAvailable: v.optional(v.boolean()),
      portForwardingAvailable: v.optional(v.boolean()),
      networkStorageAvailable: v.optional(v.boolean()),
    }),
  ),
});

const hostnodeSchema = v.object({
  id: v.string(),
  locationId: v.optional(v.string()),
  uptimePercentage: amount,
  gpus: v.array(v.object({ model: v.string(), availableCount: amount, priceHourly: amount })),
  vcpuCount: amount,
  ramGb: amount,
  storageGb: amount,
  maxVcpusPerGpu: amount,
  maxRamGbPerGpu: amount,
  maxVcpus: amount,
  maxRamGb: amount,
  maxStorageGb: amount,
  availablePorts: v.array(v.number()),
  publicIpAvailable: v.optional(v.boolean()),
  prices: pricesSchema,
  city: v.optional(v.string()),
  stateProvince: v.optional(v.string()),
  country: v.optional(v.string()),
  tier: amount,
});

/** What is to be had; `error` says why there is nothing new, and then the lists are the last known ones. */
export const catalogueSchema = v.object({
  loading: v.boolean(),
  locations: v.array(locationSchema),
  hostnodes: v.array(hostnodeSchema),
  /** Milliseconds since the epoch; missing: never answered. */
  at: v.optional(v.number()),
  error: v.optional(text),
});
export type CatalogueState = v.InferOutput<typeof catalogueSchema>;

export const accessSchema = v.object({
  local: v.array(v.object({ fingerprint: v.string(), label: v.string(), publicKey: v.string() })),
  stored: v.array(v.object({ id: v.string(), name: v.string() })),
});
export type Access = v.InferOutput<typeof accessSchema>;

/** How a submit ended. Refused: with the service's words at the fields they name, or for the whole form. */
export const resultSchema = v.variant('kind', [
  v.object({ kind: v.literal('created'), id: v.string(), name: v.string(), message: text }),
  v.object({
    kind: v.literal('refused'),
    message: text,
    problems: v.array(problemSchema),
    /** No room there: other places are worth a try. */
    noCapacity: v.boolean(),
  }),
  v.object({ kind: v.literal('unknown'), message: text }),
]);
export type Result = v.InferOutput<typeof resultSchema>;

const submitId = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/** From the create form to the extension. */
export const fromCreateForm = v.variant('type', [
  v.object({ type: v.literal('ready'), restored: v.boolean() }),
  v.object({ type: v.literal('refresh') }),
  v.object({
    type: v.literal('submit'),
    submitId,
    draft: draftSchema,
    /** Windows only; never kept. */
    password: v.optional(short),
  }),
  v.object({ type: v.literal('savePreset'), draft: draftSchema }),
  v.object({ type: v.literal('deletePreset'), name: short }),
  v.object({ type: v.literal('generateKey') }),
  v.object({ type: v.literal('manageKeys') }),
  v.object({ type: v.literal('copy'), form: v.picklist(['json', 'curl']), draft: draftSchema }),
  v.object({ type: v.literal('checkCloudInit'), text }),
  v.object({ type: v.literal('editCloudInit'), text }),
  v.object({ type: v.literal('addRecipe'), id: short, text }),
  v.object({ type: v.literal('connect'), id: short }),
]);
export type FromCreateForm = v.InferOutput<typeof fromCreateForm>;

/** From the extension to the create form. */
export const toCreateForm = v.variant('type', [
  v.object({
    type: v.literal('init'),
    /** Missing where the form brings its own, after a reload. */
    draft: v.optional(draftSchema),
    texts: v.optional(v.record(v.string(), v.string())),
    recipes: v.array(v.object({ id: v.string(), label: v.string() })),
  }),
  v.object({ type: v.literal('catalogue'), catalogue: catalogueSchema }),
  v.object({ type: v.literal('access'), access: accessSchema, select: v.optional(v.string()) }),
  v.object({ type: v.literal('presets'), presets: v.array(presetSchema) }),
  v.object({ type: v.literal('images'), images: v.array(v.string()) }),
  v.object({ type: v.literal('names'), taken: v.array(v.string()) }),
  v.object({ type: v.literal('progress'), submitId, message: text }),
  v.object({ type: v.literal('result'), submitId, result: resultSchema }),
  v.object({ type: v.literal('machine'), id: v.string(), message: text, ready: v.boolean() }),
  v.object({ type: v.literal('cloudInitProblems'), text, problems: v.array(text) }),
  v.object({ type: v.literal('cloudInit'), text }),
]);
export type ToCreateForm = v.InferOutput<typeof toCreateForm>;

/** A machine as the modify form shows it. */
export const machineSchema = v.object({
  id: v.string(),
  name: v.string(),
  state: v.string(),
  stateLabel: v.string(),
  /** `change`: stopped; `restart`: running, to be stopped and started; `wait`: in between. */
  how: v.picklist(['change', 'restart', 'wait']),
  vcpus: amount,
  ramGb: amount,
  storageGb: amount,
  gpuModel: v.optional(v.string()),
  gpuCount: amount,
  rateHourly: amount,
  locationId: v.optional(v.string()),
});
export type Machine = v.InferOutput<typeof machineSchema>;

/** From the modify form to the extension. */
export const fromModifyForm = v.variant('type', [
  v.object({ type: v.literal('ready'), instanceId: v.optional(short) }),
  v.object({ type: v.literal('refresh') }),
  v.object({ type: v.literal('submit'), submitId, draft: modifyDraftSchema }),
]);
export type FromModifyForm = v.InferOutput<typeof fromModifyForm>;

/** From the extension to the modify form. */
export const toModifyForm = v.variant('type', [
  v.object({
    type: v.literal('init'),
    instanceId: v.string(),
    texts: v.optional(v.record(v.string(), v.string())),
  }),
  v.object({ type: v.literal('machine'), machine: machineSchema }),
  v.object({ type: v.literal('gone'), message: text }),
  v.object({ type: v.literal('catalogue'), catalogue: catalogueSchema }),
  v.object({ type: v.literal('progress'), submitId, message: text }),
  v.object({
    type: v.literal('result'),
    submitId,
    ok: v.boolean(),
    message: text,
    problems: v.array(problemSchema),
  }),
]);
export type ToModifyForm = v.InferOutput<typeof toModifyForm>;
