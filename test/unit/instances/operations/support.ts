import type { OperationQuestion } from '../../../../src/instances/operations/operations';
import { rtx4090, type Person, type Window } from '../windows';

/** One minute in milliseconds. */
export const minute = 60_000;

/** How long the service takes, in milliseconds, where an operation is interrupted on the way. */
export const delays = { boot: 20_000, stop: 10_000, remove: 20_000, modify: 8_000 };

/** More of everything than a new instance of `Person` has. */
export const bigger = { vcpuCount: 16, ramGb: 64, storageGb: 300, gpu: { model: rtx4090, count: 1 } };

type Question<K extends OperationQuestion['kind']> = Extract<OperationQuestion, { kind: K }>;

/** The questions of one kind that a window has asked so far. */
export function questionsOf<K extends OperationQuestion['kind']>(
  { questions }: Window,
  kind: K,
): readonly Question<K>[] {
  return questions.filter((question) => isOf(question, kind));
}

function isOf<K extends OperationQuestion['kind']>(
  question: OperationQuestion,
  kind: K,
): question is Question<K> {
  return question.kind === kind;
}

/** The requests that changed something, such as `POST start` or `DELETE`, in the order in which they were sent. */
export function changesSent({ service }: Person): readonly string[] {
  return service.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => {
      const action = path.split('/')[5];
      return action === undefined ? method : `${method} ${action}`;
    });
}

/** Whether a promise has settled, without waiting for it. */
export function watchEnd(promise: Promise<unknown>): () => boolean {
  let settled = false;
  const settle = (): void => void (settled = true);
  promise.then(settle, settle);
  return () => settled;
}
