import * as l10n from '@vscode/l10n';
import { callOptions, checkInstance, idOf, isAt, sendOnce, type Steps } from './steps';
import { untilGone } from './waits';

/** Deletes an instance, and waits until it is proved gone. */
export async function remove(steps: Steps): Promise<void> {
  const { session } = steps;
  const id = idOf(steps.record);
  if (isAt(steps, 'begin', 'asking-delete')) {
    steps.report(l10n.t('Sending the delete request…'));
    const { alreadyGone } = await sendOnce(steps, {
      step: 'asking-delete',
      send: async () => session.api.deleteInstance(id, callOptions(steps)),
      recover: async () => {
        const seen = await checkInstance(steps);
        if (seen.kind === 'gone') return { alreadyGone: true };
        const { state } = seen.row.instance;
        return state === 'deleting' || state === 'deleted' ? { alreadyGone: false } : undefined;
      },
    });
    if (alreadyGone) await session.deleted(id);
    else await session.accepted(id, 'delete');
    await steps.at('deleting');
  }
  steps.accepted();
  await untilGone(steps);
}
