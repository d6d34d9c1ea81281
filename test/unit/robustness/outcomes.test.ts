import { describe, expect, test, vi } from 'vitest';
import { History } from './outcomes/history';
import { Spending } from './outcomes/spending';

vi.mock('../../../src/base/sharedFile', async () => ({
  SharedFile: (await import('./outcomes/memoryFile')).MemoryFile,
}));

const seed = Number(process.env.OUTCOMES_SEED ?? 20_261_126);
const histories = Number(process.env.OUTCOMES_RUNS ?? (process.env.STRESS === '1' ? 3_000 : 40));
const steps = 40;
const runs = Math.ceil(histories / 4);
const mostReported = 5;

describe('done means seen to be done', () => {
  test(
    `${histories} random histories: what is told is what the simulator did, and nothing is done unasked (OUTCOMES_SEED=${seed})`,
    { timeout: 3_600_000 },
    async () => {
      const unhandled: unknown[] = [];
      const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
      process.on('unhandledRejection', onUnhandled);
      try {
        const wrong: string[] = [];
        for (let index = 0; index < histories && wrong.length < mostReported; index++) {
          const history = new History(seed + index, steps);
          const errors = await history.run();
          if (errors.length === 0) continue;
          wrong.push(`OUTCOMES_SEED=${seed + index} OUTCOMES_RUNS=1: ${errors.join('; ')}`);
          console.log(`OUTCOMES_SEED=${seed + index}\n${history.story.join('\n')}`);
        }
        expect(wrong).toEqual([]);
        expect(unhandled).toEqual([]);
      } finally {
        process.off('unhandledRejection', onUnhandled);
      }
    },
  );

  test(
    `${runs} random lives of windows that are killed: costs are never more than what ran, and "at least" where it was not seen (OUTCOMES_SEED=${seed})`,
    { timeout: 3_600_000 },
    async () => {
      const wrong: string[] = [];
      for (let index = 0; index < runs && wrong.length < mostReported; index++) {
        const errors = await new Spending(seed + index).run(steps);
        if (errors.length > 0)
          wrong.push(`OUTCOMES_SEED=${seed + index} OUTCOMES_RUNS=1: ${errors.join('; ')}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});
