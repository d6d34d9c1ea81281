import * as v from 'valibot';

const text = v.string();
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.readonly());
const amountSchema = v.object({ value: v.number(), text });

const instanceSchema = v.object({
  id: text,
  name: text,
  state: text,
  rate: amountSchema,
  today: v.optional(amountSchema),
  month: amountSchema,
  running: amountSchema,
  unseen: amountSchema,
});
export type CostsInstance = v.InferOutput<typeof instanceSchema>;

const daySchema = v.object({
  title: text,
  cost: amountSchema,
  running: text,
  parts: list(v.object({ id: text, dollars: v.number(), estimated: v.number() })),
  hasUnknown: v.boolean(),
});
export type CostsDay = v.InferOutput<typeof daySchema>;

const reportSchema = v.object({
  month: text,
  months: list(v.object({ key: text, title: text })),
  summary: list(v.object({ label: text, value: text, detail: v.optional(text) })),
  instances: list(instanceSchema),
  total: v.object({
    today: v.optional(amountSchema),
    month: amountSchema,
    running: amountSchema,
    unseen: amountSchema,
  }),
  days: v.optional(list(daySchema)),
  notes: list(text),
});

/** A month's costs, as the page shows them; see `CostReport`. */
export type CostsReport = v.InferOutput<typeof reportSchema>;

/** What the costs page gets. `signedIn` is false while there is no account to report on. */
export const toCostsPage = v.variant('type', [
  v.object({ type: v.literal('init'), texts: v.optional(v.record(v.string(), v.string())) }),
  v.object({ type: v.literal('report'), signedIn: v.boolean(), report: reportSchema }),
]);
export type ToCostsPage = v.InferOutput<typeof toCostsPage>;

/** What the costs page asks for. */
export const fromCostsPage = v.variant('type', [
  v.object({ type: v.literal('ready'), month: v.optional(v.pipe(text, v.maxLength(10))) }),
  v.object({ type: v.literal('month'), month: v.pipe(text, v.maxLength(10)) }),
  v.object({ type: v.literal('export') }),
  v.object({ type: v.literal('setLimits') }),
]);
export type FromCostsPage = v.InferOutput<typeof fromCostsPage>;
