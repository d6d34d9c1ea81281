import * as v from 'valibot';

/** What a background timer is given through its standard input, and nowhere else. */
export const timerOrderSchema = v.object({
  timerId: v.string(),
  scheduleId: v.string(),
  accountId: v.string(),
  instanceId: v.string(),
  origin: v.string(),
  token: v.string(),
  /** Global storage: the folder that all windows share. */
  folder: v.string(),
  /** Our version, for the `User-Agent` header. */
  version: v.optional(v.string()),
  /** The texts of the person's language; English if it's missing. */
  texts: v.optional(v.record(v.string(), v.unknown())),
  /** VS Code's name for that language, for numbers and times. */
  language: v.optional(v.string()),
});
export type TimerOrder = v.InferOutput<typeof timerOrderSchema>;

/** What it answers on its standard output, as one line of JSON: whether it can do what it was started for. */
export const timerReplySchema = v.variant('kind', [
  v.object({ kind: v.literal('ready') }),
  v.object({ kind: v.literal('failed'), message: v.string() }),
]);
export type TimerReply = v.InferOutput<typeof timerReplySchema>;
