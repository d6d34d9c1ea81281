/** Middle and quartiles of some samples. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One line of the result. */
export interface Row {
  readonly title: string;
  readonly unit: 'ms' | 'KB' | 'MB' | 'requests';
  readonly ours: Spread;
  /** What was measured beside it, in the same rounds; sizes and counts have none. */
  readonly baseline?: { readonly title: string; readonly spread: Spread };
  /** Of the two, round by round. */
  readonly ratio?: Spread;
  /** What it should be, in words. */
  readonly goal?: string;
}

/** Something that is measured beside something else; `prepare` runs before each round and isn't measured. */
export interface Comparison {
  readonly title: string;
  readonly goal?: string;
  readonly rounds?: number;
  readonly prepare?: () => unknown;
  readonly subject: () => unknown;
  readonly baselineTitle: string;
  readonly baseline: () => unknown;
  /** Measures how long this process worked, without what it waited for. */
  readonly ownWork?: boolean;
  /** How many rounds are for the compiler alone; one by default. */
  readonly warmUp?: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((one, other) => one - other);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** A size or a count, which is the same each time. */
export function exactly(value: number): Spread {
  return { median: value, low: value, high: value };
}

/** Both are measured in turn, so that the computer's speed and noise cancel out. */
export async function compare(comparison: Comparison): Promise<Row> {
  const { rounds = 15, warmUp = 1, prepare, subject, baseline } = comparison;
  const time = comparison.ownWork === true ? worked : timed;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 1 - warmUp; round <= rounds; round++) {
    await prepare?.();
    const times = [await time(subject), await time(baseline)] as const;
    if (round <= 0) continue;
    ours.push(times[0]);
    theirs.push(times[1]);
  }
  return comparedRow(comparison, ours, theirs);
}

/** The line of samples that were taken in turn. */
export function comparedRow(
  { title, goal, baselineTitle }: Pick<Comparison, 'title' | 'goal' | 'baselineTitle'>,
  ours: readonly number[],
  theirs: readonly number[],
): Row {
  return {
    title,
    unit: 'ms',
    ours: spreadOf(ours),
    baseline: { title: baselineTitle, spread: spreadOf(theirs) },
    ratio: spreadOf(ours.map((time, round) => time / (theirs[round] ?? NaN))),
    goal,
  };
}

export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** How long the event loop was busy: files and locks are waited for elsewhere. */
async function worked(work: () => unknown): Promise<number> {
  const before = performance.eventLoopUtilization();
  await work();
  return performance.eventLoopUtilization(before).active;
}

/** A line as it is printed. */
export function rowText({ title, unit, ours, baseline, ratio, goal }: Row): string {
  const number = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
  const range = ({ median, low, high }: Spread, suffix: string): string =>
    low === high
      ? `${number(median)}${suffix}`
      : `${number(median)}${suffix} (${number(low)} to ${number(high)})`;
  return [
    `${title}: ${range(ours, ` ${unit}`)}`,
    ...(baseline && ratio
      ? [`${range(ratio, ' ×')} ${baseline.title}, ${range(baseline.spread, ` ${unit}`)}`]
      : []),
    ...(goal === undefined ? [] : [`goal: ${goal}`]),
  ].join('; ');
}
