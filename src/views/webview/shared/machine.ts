import {
  checkCreate,
  checkModify,
  isWindowsImage,
  portForwards,
  rdpPort,
  sshPort,
  type Limits,
  type Problem,
} from '../../../api/rules';
import type { CloudInit, CreateRequest, ModifyRequest } from '../../../api/types';
import { chosenPlace, numberOf, sizesOf, type Sizes } from './catalogue';
import type { Access, CatalogueState, Draft, Machine, ModifyDraft } from './protocol';

/** What goes into a request beside the draft. */
export interface RequestExtras {
  readonly access: Access;
  readonly password?: string;
  readonly cloudInit?: CloudInit;
}

/** What the chosen place allows; nothing is known of one whose id was typed. */
export function limitsOf(catalogue: CatalogueState, draft: Draft): Limits {
  return chosenPlace(catalogue, draft.placeKind, draft.placeId.trim(), sizesOf(draft))?.limits ?? {};
}

/** The create that a draft stands for, valid or not: `checkCreate` says what is wrong with it. */
export function toCreateRequest(draft: Draft, limits: Limits, extras: RequestExtras): CreateRequest {
  const sizes = sizesOf(draft);
  const windows = isWindowsImage(draft.image);
  const placeId = draft.placeId.trim();
  return {
    name: draft.name.trim(),
    image: draft.image.trim(),
    resources: {
      vcpuCount: sizes.vcpus,
      ramGb: sizes.ramGb,
      storageGb: sizes.storageGb,
      gpus: sizes.model === '' ? [] : [{ model: sizes.model, count: sizes.gpuCount }],
    },
    placement: placement(draft.placeKind, placeId),
    useDedicatedIp: draft.dedicatedIp,
    portForwards: draft.dedicatedIp ? undefined : portForwards(draft.image, portsOf(draft), limits),
    ...(windows ? { password: extras.password } : keyOf(draft, extras.access)),
    cloudInit: extras.cloudInit,
  };
}

/** What is wrong with a draft, by field. */
export function problemsOf(
  draft: Draft,
  catalogue: CatalogueState,
  access: Access,
  password: string,
): Problem[] {
  const limits = limitsOf(catalogue, draft);
  return checkCreate(toCreateRequest(draft, limits, { access, password }), limits);
}

/** The inner ports that were typed, without the one for the login; `NaN` for a word that is no number. */
export function portsOf(draft: Pick<Draft, 'ports' | 'image'>): number[] {
  const login = isWindowsImage(draft.image) ? rdpPort : sshPort;
  const words = draft.ports.split(/[\s,;]+/).filter((word) => word !== '');
  return words.map(numberOf).filter((port) => port !== login);
}

/** The change that a draft stands for: every value is sent. */
export function toModifyRequest(draft: ModifyDraft): ModifyRequest {
  const sizes = sizesOf(draft);
  return {
    vcpuCount: sizes.vcpus,
    ramGb: sizes.ramGb,
    storageGb: sizes.storageGb,
    gpu: sizes.model === '' ? undefined : { model: sizes.model, count: sizes.gpuCount },
  };
}

/** What is wrong with a change. What a machine has already needs no room at the place. */
export function modifyProblems(machine: Machine, draft: ModifyDraft, catalogue: CatalogueState): Problem[] {
  const sizes = sizesOf(draft);
  const place = chosenPlace(catalogue, 'location', draft.placeId, sizes);
  const limits = place ? widened(place.limits, machine, sizes) : {};
  return checkModify(machine, toModifyRequest(draft), limits);
}

/** The machine as it is, in the form's own terms. */
export function modifyDraftOf(machine: Machine): ModifyDraft {
  const text = (amount: number | undefined): string => (amount === undefined ? '' : String(amount));
  return {
    gpuModel: machine.gpuModel ?? '',
    gpuCount: text(machine.gpuCount ?? 1),
    vcpus: text(machine.vcpus),
    ramGb: text(machine.ramGb),
    storageGb: text(machine.storageGb),
    placeId: machine.locationId ?? '',
  };
}

/** Whether anything but the place differs from what the machine has. */
export function changesAnything(machine: Machine, draft: ModifyDraft): boolean {
  const now = modifyDraftOf(machine);
  return (
    (['vcpus', 'ramGb', 'storageGb', 'gpuModel'] as const).some((key) => now[key] !== draft[key].trim()) ||
    (draft.gpuModel !== '' && now.gpuCount !== draft.gpuCount.trim())
  );
}

function widened(limits: Limits, machine: Machine, sizes: Sizes): Limits {
  const most = (limit: number | undefined, has: number | undefined): number | undefined =>
    limit === undefined ? undefined : Math.max(limit, has ?? 0);
  return {
    gpuCount: sizes.model === machine.gpuModel ? most(limits.gpuCount, machine.gpuCount) : limits.gpuCount,
    vcpus: most(limits.vcpus, machine.vcpus),
    ramGb: most(limits.ramGb, machine.ramGb),
    storageGb: most(limits.storageGb, machine.storageGb),
  };
}

function placement(kind: Draft['placeKind'], id: string): CreateRequest['placement'] {
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
