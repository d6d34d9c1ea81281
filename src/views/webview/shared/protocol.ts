import * as v from 'valibot';
import { fields } from '../../../api/rules';

/**
 * The one contract between the forms and the extension. Each side parses incoming messages with these schemas and
 * drops and logs anything that doesn't match.
 */

const text = v.pipe(v.string(), v.maxLength(100_000));
const short = v.pipe(v.string(), v.maxLength(1_000));
const amount = v.optional(v.pipe(v.number(), v.finite()));

/** The contents of the create form as typed: numbers are text. Never holds a password. */
export const draftSchema = v.object({
  /** Empty for an instance without a GPU. */
  gpuModel: short,
  gpuCount: short,
  placementKind: v.picklist(['location', 'hostnode']),
  placementId: short,
  vcpus: short,
  ramGb: short,
  storageGb: short,
  image: short,
  /** Whether the person chose the image. Otherwise it follows the GPU. */
  imageChosen: v.optional(v.boolean(), false),
  name: short,
  /** Whether the person typed the name. Otherwise it follows the GPU. */
  nameTyped: v.boolean(),
  access: v.picklist(['local', 'stored', 'typed']),
  /** A fingerprint. */
  localKey: short,
  storedKey: short,
  typedKey: text,
  dedicatedIp: v.boolean(),
  /** Internal ports to forward besides the one for SSH or Remote Desktop, as typed. */
  ports: short,
  cloudInit: text,
});
export type Draft = v.InferOutput<typeof draftSchema>;

/** The contents of the modify form. */
export const modifyDraftSchema = v.object({
  gpuModel: short,
  gpuCount: short,
  vcpus: short,
  ramGb: short,
  storageGb: short,
  placementId: short,
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

/** Available GPUs. When `error` is set, the lists are the last known ones. */
export const catalogSchema = v.object({
  loading: v.boolean(),
  locations: v.array(locationSchema),
  hostnodes: v.array(hostnodeSchema),
  /** When the service last answered, in milliseconds since the epoch. Missing if it never did. */
  at: v.optional(v.number()),
  error: v.optional(text),
});
export type CatalogState = v.InferOutput<typeof catalogSchema>;

export const accessSchema = v.object({
  local: v.array(v.object({ fingerprint: v.string(), label: v.string(), publicKey: v.string() })),
  stored: v.array(v.object({ id: v.string(), name: v.string() })),
});
export type Access = v.InferOutput<typeof accessSchema>;

/** An instance that may be the result of an unclear create. */
const candidateSchema = v.object({ id: v.string(), name: v.string(), detail: text });

/**
 * How a submit ended. `refused` carries the service's words, for the fields they name or for the whole form;
 * `unknown` means that the instance may exist.
 */
export const resultSchema = v.variant('kind', [
  v.object({ kind: v.literal('created'), id: v.string(), name: v.string(), message: text }),
  v.object({
    kind: v.literal('refused'),
    message: text,
    problems: v.array(problemSchema),
    /** Whether another location is worth a try. */
    noCapacity: v.boolean(),
  }),
  v.object({
    kind: v.literal('unknown'),
    name: v.string(),
    message: text,
    /** Instances that appeared and don't match in every detail: the person says whether one of them is it. */
    candidates: v.array(candidateSchema),
  }),
]);
export type Result = v.InferOutput<typeof resultSchema>;

/** The steps from a create request to an instance that can be used. An instance without SSH skips `ssh`. */
export const createSteps = ['ordered', 'booting', 'address', 'ssh', 'ready'] as const;
export type CreateStep = (typeof createSteps)[number];

/** How far a create has come. The page keeps it over a reload and a hidden tab. Times: milliseconds since the epoch. */
export const progressSchema = v.object({
  submitId: short,
  /** The key of the create, the same in all windows. */
  key: short,
  name: short,
  /** What was ordered, in words. */
  summary: short,
  windows: v.boolean(),
  startedAt: v.number(),
  /** Known once it's ordered. */
  instanceId: v.optional(short),
  /** The steps that are done, in order. */
  done: v.array(v.object({ step: v.picklist(createSteps), at: v.number(), detail: v.optional(text) })),
  /** What's happening now, in words. */
  message: text,
  /** Why it doesn't go on. Missing while it does. */
  problem: v.optional(text),
  /** There is nothing to connect to: the problem is that the instance was deleted. */
  isGone: v.optional(v.literal(true)),
});
export type Progress = v.InferOutput<typeof progressSchema>;

const submitId = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/** From the create form to the extension. */
export const fromCreateForm = v.variant('type', [
  /** What a restored form kept: the account it was opened with, and the create that it shows. */
  v.object({
    type: v.literal('ready'),
    restored: v.boolean(),
    accountId: v.optional(short),
    progress: v.optional(progressSchema),
  }),
  v.object({ type: v.literal('refresh') }),
  v.object({
    type: v.literal('submit'),
    submitId,
    draft: draftSchema,
    /** Windows only. Never stored. */
    password: v.optional(short),
  }),
  v.object({ type: v.literal('savePreset'), draft: draftSchema }),
  v.object({ type: v.literal('deletePreset'), name: short }),
  v.object({ type: v.literal('generateKey') }),
  v.object({ type: v.literal('manageKeys') }),
  /** The person asks for a new instance although an earlier create may have succeeded. */
  v.object({ type: v.literal('createAgain'), submitId, draft: draftSchema, password: v.optional(short) }),
  /** The person says that this candidate is the instance of the unclear create. */
  v.object({ type: v.literal('useCandidate'), id: short }),
  v.object({ type: v.literal('showInstances') }),
  v.object({ type: v.literal('copy'), format: v.picklist(['json', 'curl']), draft: draftSchema }),
  v.object({ type: v.literal('checkCloudInit'), text }),
  v.object({ type: v.literal('editCloudInit'), text }),
  v.object({ type: v.literal('addRecipe'), id: short, text }),
  v.object({ type: v.literal('connect'), id: short }),
  /** The person goes on with the next instance. */
  v.object({ type: v.literal('createAnother') }),
  /** Waits for a GPU model, or for one that the person picks then; `count` in one instance. */
  v.object({
    type: v.literal('watch'),
    model: v.optional(short),
    count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  }),
]);
export type FromCreateForm = v.InferOutput<typeof fromCreateForm>;

/** From the extension to the create form. */
export const toCreateForm = v.variant('type', [
  v.object({
    type: v.literal('init'),
    /** Missing when the form restores its own after a reload. */
    draft: v.optional(draftSchema),
    accountId: v.optional(v.string()),
    texts: v.optional(v.record(v.string(), v.string())),
    recipes: v.array(v.object({ id: v.string(), label: v.string() })),
  }),
  v.object({ type: v.literal('catalog'), catalog: catalogSchema }),
  v.object({ type: v.literal('access'), access: accessSchema, select: v.optional(v.string()) }),
  v.object({ type: v.literal('presets'), presets: v.array(presetSchema) }),
  v.object({ type: v.literal('images'), images: v.array(v.string()) }),
  v.object({ type: v.literal('names'), taken: v.array(v.string()) }),
  /** What was seen at locations, in words, by their IDs. */
  v.object({ type: v.literal('hints'), hints: v.record(v.string(), text) }),
  v.object({ type: v.literal('progress'), progress: progressSchema }),
  v.object({ type: v.literal('result'), submitId, result: resultSchema }),
  /** The form is for the next instance from now on. */
  v.object({ type: v.literal('startOver') }),
  v.object({ type: v.literal('cloudInitProblems'), text, problems: v.array(text) }),
  v.object({ type: v.literal('cloudInit'), text }),
]);
export type ToCreateForm = v.InferOutput<typeof toCreateForm>;

/** An instance as the modify form shows it. */
export const instanceSchema = v.object({
  id: v.string(),
  name: v.string(),
  state: v.string(),
  stateLabel: v.string(),
  /** `direct`: stopped; `restart`: running, so it's stopped and started again; `blocked`: neither. */
  mode: v.picklist(['direct', 'restart', 'blocked']),
  vcpus: amount,
  ramGb: amount,
  storageGb: amount,
  gpuModel: v.optional(v.string()),
  gpuCount: amount,
  rateHourly: amount,
  locationId: v.optional(v.string()),
});
export type InstanceDetails = v.InferOutput<typeof instanceSchema>;

/** From the modify form to the extension. */
export const fromModifyForm = v.variant('type', [
  v.object({ type: v.literal('ready'), instanceId: v.optional(short), accountId: v.optional(short) }),
  v.object({ type: v.literal('refresh') }),
  v.object({ type: v.literal('submit'), submitId, draft: modifyDraftSchema }),
]);
export type FromModifyForm = v.InferOutput<typeof fromModifyForm>;

/** From the extension to the modify form. */
export const toModifyForm = v.variant('type', [
  v.object({
    type: v.literal('init'),
    instanceId: v.string(),
    accountId: v.optional(v.string()),
    texts: v.optional(v.record(v.string(), v.string())),
  }),
  v.object({ type: v.literal('instance'), instance: instanceSchema }),
  v.object({ type: v.literal('unavailable'), message: text }),
  v.object({ type: v.literal('catalog'), catalog: catalogSchema }),
  v.object({ type: v.literal('progress'), submitId, message: text }),
  v.object({
    type: v.literal('result'),
    submitId,
    outcome: v.picklist(['done', 'refused', 'unknown']),
    message: text,
    problems: v.array(problemSchema),
  }),
]);
export type ToModifyForm = v.InferOutput<typeof toModifyForm>;
