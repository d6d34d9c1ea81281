import { isWindowsImage } from '../../../api/images';
import { rdpPort, sshPort } from '../../../api/ports';
import { checkCreate, checkModify, portForwards, type Limits, type Problem } from '../../../api/rules';
import type { CloudInit, CreateRequest, ModifyRequest } from '../../../api/types';
import { selectedPlacement, parseNumber, resourcesOf, type SelectedResources } from './catalog';
import type { Access, CatalogState, Draft, InstanceDetails, ModifyDraft } from './protocol';

/** What a request needs besides the draft. */
export interface RequestExtras {
  readonly access: Access;
  readonly password?: string;
  readonly cloudInit?: CloudInit;
}

/** The limits of the selected placement; empty for a typed ID. */
export function limitsFor(catalog: CatalogState, draft: Draft): Limits {
  return (
    selectedPlacement(catalog, draft.placementKind, draft.placementId.trim(), resourcesOf(draft))?.limits ??
    {}
  );
}

/** The create request for a draft, valid or not: `checkCreate` says what's wrong with it. */
export function toCreateRequest(draft: Draft, limits: Limits, extras: RequestExtras): CreateRequest {
  const resources = resourcesOf(draft);
  const windows = isWindowsImage(draft.image);
  const placementId = draft.placementId.trim();
  return {
    name: draft.name.trim(),
    image: draft.image.trim(),
    resources: {
      vcpuCount: resources.vcpus,
      ramGb: resources.ramGb,
      storageGb: resources.storageGb,
      gpus: resources.model === '' ? [] : [{ model: resources.model, count: resources.gpuCount }],
    },
    placement: placement(draft.placementKind, placementId),
    useDedicatedIp: draft.dedicatedIp,
    portForwards: draft.dedicatedIp ? undefined : portForwards(draft.image, parsePorts(draft), limits),
    ...(windows ? { password: extras.password } : keyOf(draft, extras.access)),
    cloudInit: extras.cloudInit,
  };
}

/** What's wrong with a draft, by field. */
export function createProblems(
  draft: Draft,
  catalog: CatalogState,
  access: Access,
  password: string,
): Problem[] {
  const limits = limitsFor(catalog, draft);
  return checkCreate(toCreateRequest(draft, limits, { access, password }), limits);
}

/** The internal ports that were typed, without the one for SSH or Remote Desktop. `NaN` for anything that isn't a number. */
export function parsePorts(draft: Pick<Draft, 'ports' | 'image'>): number[] {
  const login = isWindowsImage(draft.image) ? rdpPort : sshPort;
  const words = draft.ports.split(/[\s,;]+/).filter((word) => word !== '');
  return words.map(parseNumber).filter((port) => port !== login);
}

/** The modify request for a draft. It sends every value. */
export function toModifyRequest(draft: ModifyDraft): ModifyRequest {
  const resources = resourcesOf(draft);
  return {
    vcpuCount: resources.vcpus,
    ramGb: resources.ramGb,
    storageGb: resources.storageGb,
    gpu: resources.model === '' ? undefined : { model: resources.model, count: resources.gpuCount },
  };
}

/** What's wrong with a change. */
export function modifyProblems(
  instance: InstanceDetails,
  draft: ModifyDraft,
  catalog: CatalogState,
): Problem[] {
  return checkModify(instance, toModifyRequest(draft), modifyLimits(instance, draft, catalog));
}

/** The limits of a change. What an instance already has needs no room at its location. */
export function modifyLimits(instance: InstanceDetails, draft: ModifyDraft, catalog: CatalogState): Limits {
  const resources = resourcesOf(draft);
  const placement = selectedPlacement(catalog, 'location', draft.placementId, resources);
  return placement ? widenLimits(placement.limits, instance, resources) : {};
}

/** The current resources of an instance as the form's contents. */
export function modifyDraftFor(instance: InstanceDetails): ModifyDraft {
  const text = (amount: number | undefined): string => (amount === undefined ? '' : String(amount));
  return {
    gpuModel: instance.gpuModel ?? '',
    gpuCount: text(instance.gpuCount ?? 1),
    vcpus: text(instance.vcpus),
    ramGb: text(instance.ramGb),
    storageGb: text(instance.storageGb),
    placementId: instance.locationId ?? '',
  };
}

/** Whether anything except the location differs from what the instance has. */
export function changesAnything(instance: InstanceDetails, draft: ModifyDraft): boolean {
  const now = modifyDraftFor(instance);
  return (
    (['vcpus', 'ramGb', 'storageGb', 'gpuModel'] as const).some((key) => now[key] !== draft[key].trim()) ||
    (draft.gpuModel !== '' && now.gpuCount !== draft.gpuCount.trim())
  );
}

function widenLimits(limits: Limits, instance: InstanceDetails, resources: SelectedResources): Limits {
  const max = (limit: number | undefined, has: number | undefined): number | undefined =>
    limit === undefined ? undefined : Math.max(limit, has ?? 0);
  return {
    gpuCount:
      resources.model === instance.gpuModel ? max(limits.gpuCount, instance.gpuCount) : limits.gpuCount,
    vcpus: max(limits.vcpus, instance.vcpus),
    ramGb: max(limits.ramGb, instance.ramGb),
    storageGb: max(limits.storageGb, instance.storageGb),
  };
}

function placement(kind: Draft['placementKind'], id: string): CreateRequest['placement'] {
  if (id === '') return undefined;
  return kind === 'location' ? { locationId: id } : { hostnodeId: id };
}

function keyOf(draft: Draft, access: Access): { sshKey?: string; sshKeyId?: string } {
  if (draft.access === 'stored') return { sshKeyId: nonEmpty(draft.storedKey) };
  if (draft.access === 'typed') return { sshKey: nonEmpty(draft.typedKey.trim()) };
  return { sshKey: access.local.find((key) => key.fingerprint === draft.localKey)?.publicKey };
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}
