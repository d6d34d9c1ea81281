import * as vscode from 'vscode';
import * as v from 'valibot';
import { gpuName } from '../api/gpuName';
import { locationName } from '../api/locationName';
import { isWindowsImage } from '../api/images';
import { formatHourly } from '../api/price';
import {
  checkCreate,
  checkFreeName,
  limitsAtLocation,
  longestName,
  portForwards,
  suggestName,
} from '../api/rules';
import type { CreateRequest } from '../api/types';
import { idempotencyKey, requestInstance } from '../views/forms/createRequest';
import type { PersonKey } from '../vscode/localKeys';
import { locationsNow, priceOf, sizesOf } from './offers';
import { changing, field, InvalidInputError, type Plan, type ToolParts } from './tool';

const input = v.strictObject({
  locationId: field.id,
  gpuModel: field.id,
  gpuCount: v.optional(field.gpuCount),
  vcpus: v.optional(field.vcpus),
  ramGb: v.optional(field.ramGb),
  storageGb: v.optional(field.storageGb),
  name: v.optional(field.text(longestName)),
  image: v.optional(field.id),
});

/**
 * Creates an instance with a key of this person. An agent names neither the key nor commands to run, as both would let
 * it hand the instance to someone else.
 */
export const createInstance = changing(input, async (parts, wish, signal): Promise<Plan> => {
  const location = (await locationsNow(parts, signal)).find(({ id }) => id === wish.locationId);
  const gpu = location?.gpus.find(({ model }) => model === wish.gpuModel);
  if (!location || !gpu) {
    throw new InvalidInputError(vscode.l10n.t('This GPU isn’t available there right now.'));
  }
  const sizes = sizesOf(wish);
  const limits = limitsAtLocation(gpu);
  const image = imageOf(parts, wish.image);
  const names = parts.store.rows().map(({ instance }) => instance.name);
  const [key] = await parts.keys.list();
  const useDedicatedIp = limits.portForwarding === false;
  const request: CreateRequest = {
    name: wish.name?.trim() ?? suggestName(gpu.model, names),
    image,
    resources: {
      vcpuCount: sizes.vcpus,
      ramGb: sizes.ramGb,
      storageGb: sizes.storageGb,
      gpus: [{ model: gpu.model, count: sizes.gpuCount }],
    },
    placement: { locationId: location.id },
    useDedicatedIp,
    portForwards: useDedicatedIp ? undefined : portForwards(image, [], limits),
    sshKey: requireKey(key).publicKey,
  };
  const problems = [...checkCreate(request, limits), ...checkFreeName(request.name, names)];
  if (problems.length > 0) {
    throw new InvalidInputError(problems.map(({ field: name, message }) => `${name}: ${message}`).join(' '));
  }
  const rateHourly = priceOf(gpu, sizes);
  return {
    question: {
      message: vscode.l10n.t('Create the instance “{0}”?', request.name),
      detail: [
        rateHourly === undefined
          ? vscode.l10n.t('Its price isn’t known. Billing starts at once and goes on until you delete it.')
          : vscode.l10n.t(
              'It costs {0}. Billing starts at once and goes on until you delete it.',
              formatHourly(rateHourly),
            ),
        [
          vscode.l10n.t('{0} × {1}', sizes.gpuCount, gpuName(gpu.model)),
          vscode.l10n.t('{0} vCPUs', sizes.vcpus),
          vscode.l10n.t('{0} GB RAM', sizes.ramGb),
          vscode.l10n.t('{0} GB storage', sizes.storageGb),
          image,
          locationName(location),
        ].join(' · '),
        vscode.l10n.t('SSH key: {0}', requireKey(key).comment || requireKey(key).fingerprint),
      ],
      button: vscode.l10n.t('Create'),
    },
    carryOut: async () => {
      const { outcome } = await requestInstance(parts, request, {
        onProgress: () => undefined,
        idempotencyKey: idempotencyKey(request, parts.store.status.accountId),
        identityFile: await requireKey(key).identityFile(),
        rateHourly,
      });
      if (outcome.kind !== 'done') throw outcome.error;
      return { instanceId: outcome.value.id, rateHourly: rateHourly ?? null };
    },
  };
});

/** Only an image that the person's settings list, and none that needs a password. */
function imageOf({ settings }: ToolParts, wanted: string | undefined): string {
  const images = settings.images.filter((image) => !isWindowsImage(image));
  const image = wanted ?? images[0];
  if (image !== undefined && images.includes(image)) return image;
  throw new InvalidInputError(vscode.l10n.t('Choose one of these images: {0}', images.join(', ')));
}

function requireKey(key: PersonKey | undefined): PersonKey {
  if (key) return key;
  throw new InvalidInputError(
    vscode.l10n.t(
      'There is no SSH key on this computer. Create the first instance with “TensorDock: Create Instance…”, which makes one.',
    ),
  );
}
