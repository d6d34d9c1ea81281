/** How long a wait for a GPU lasts unless the person says otherwise, in milliseconds. */
const usualWaitMs = 24 * 3_600_000;

/** When a wait for a GPU gives up: at the time that the person chose, or a day after it began. Milliseconds since the epoch. */
export function waitEnd(begunAt: number, until: number | undefined): number {
  return until ?? begunAt + usualWaitMs;
}
