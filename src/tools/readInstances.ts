import * as v from 'valibot';
import { briefly, fully, requireRow } from './instances';
import { field, reading, untrusted } from './tool';

/** More rows would fill an agent's memory. */
const mostRows = 200;

export const listInstances = reading(v.strictObject({}), async (parts) => {
  const { store } = parts;
  await store.session.refresh();
  const { failure, listedAt } = store.status;
  const rows = store.rows();
  return {
    instances: rows.slice(0, mostRows).map((row) => briefly(parts, row)),
    leftOut: Math.max(0, rows.length - mostRows),
    listedAt: listedAt === 0 ? null : new Date(listedAt).toISOString(),
    // The list may be old, or empty for no good reason.
    problem: failure ? untrusted(failure.message, 500) : null,
  };
});

export const describeInstance = reading(
  v.strictObject({ instanceId: field.id }),
  async (parts, { instanceId }) => ({ instance: fully(parts, await requireRow(parts, instanceId)) }),
);
