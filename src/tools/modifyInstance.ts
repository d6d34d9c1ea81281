import * as vscode from 'vscode';
import * as v from 'valibot';
import { gpuName } from '../api/gpuName';
import { formatHourly } from '../api/price';
import { checkModify } from '../api/rules';
import type { ModifyRequest } from '../api/types';
import { plainText } from '../base/text';
import { afterBegin, connectionWarnings } from './changeInstance';
import { nameOf, requireAllowed } from './instances';
import { locationsNow, priceOf } from './offers';
import { changing, field, InvalidInputError, type Plan, type ToolParts } from './tool';

const input = v.strictObject({
  instanceId: field.id,
  gpuModel: v.optional(field.id),
  gpuCount: v.optional(field.gpuCount),
  vcpus: v.optional(field.vcpus),
  ramGb: v.optional(field.ramGb),
  storageGb: v.optional(field.storageGb),
});

export const modifyInstance = changing(input, async (parts, wish, signal): Promise<Plan> => {
  const row = await requireAllowed(parts, wish.instanceId, 'modify');
  const { resources, locationId } = row.instance;
  const gpu = resources?.gpus?.[0];
  const model = wish.gpuModel ?? gpu?.model;
  const request: ModifyRequest = {
    vcpuCount: known(wish.vcpus ?? resources?.vcpuCount),
    ramGb: known(wish.ramGb ?? resources?.ramGb),
    storageGb: known(wish.storageGb ?? resources?.storageGb),
    gpu: model === undefined ? undefined : { model, count: wish.gpuCount ?? gpu?.count ?? 1 },
  };
  const problems = checkModify({ ...resources, gpuCount: gpu?.count }, request, {});
  if (problems.length > 0) {
    throw new InvalidInputError(problems.map(({ field: name, message }) => `${name}: ${message}`).join(' '));
  }
  const restart = row.state === 'running';
  const rateHourly = await rateAfter(parts, locationId, request, signal);
  return {
    question: {
      message: restart
        ? vscode.l10n.t('Stop “{0}”, modify it, and start it again?', nameOf(row))
        : vscode.l10n.t('Modify “{0}”?', nameOf(row)),
      detail: [
        [
          ...(request.gpu ? [vscode.l10n.t('{0} × {1}', request.gpu.count, gpuName(request.gpu.model))] : []),
          vscode.l10n.t('{0} vCPUs', request.vcpuCount),
          vscode.l10n.t('{0} GB RAM', request.ramGb),
          vscode.l10n.t('{0} GB storage', request.storageGb),
        ].join(' · '),
        rateHourly === undefined
          ? vscode.l10n.t('Its rate after that isn’t known.')
          : vscode.l10n.t('Its rate after that is {0}.', formatHourly(rateHourly)),
        ...(restart
          ? [
              vscode.l10n.t(
                'Only a stopped instance can be modified. All running programs end, the IP address may change, and someone else may take the GPU in the meantime.',
              ),
              ...(await connectionWarnings(parts, wish.instanceId)),
            ]
          : []),
        vscode.l10n.t('ID: {0}', plainText(wish.instanceId)),
      ],
      button: restart ? vscode.l10n.t('Stop, Modify, and Start') : vscode.l10n.t('Modify'),
    },
    carryOut: async (waiting) => {
      const operation = await parts.operations.modify(wish.instanceId, request, restart, rateHourly);
      return { ...(await afterBegin(parts, operation, waiting)), rateHourly: rateHourly ?? null };
    },
  };
});

/** A modify sends every value, so each has to be known. */
function known(value: number | undefined): number {
  if (value !== undefined) return value;
  throw new InvalidInputError(
    vscode.l10n.t('The instance’s resources aren’t known yet. Give all of them, or try again later.'),
  );
}

async function rateAfter(
  parts: ToolParts,
  locationId: string | undefined,
  { gpu, vcpuCount, ramGb, storageGb }: ModifyRequest,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (locationId === undefined || !gpu) return undefined;
  const location = (await locationsNow(parts, signal)).find(({ id }) => id === locationId);
  const offered = location?.gpus.find(({ model }) => model === gpu.model);
  return offered && priceOf(offered, { gpuCount: gpu.count, vcpus: vcpuCount, ramGb, storageGb });
}
