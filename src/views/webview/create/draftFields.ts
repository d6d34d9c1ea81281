import type { Field } from '../../../api/rules';
import type { Draft } from '../shared/protocol';

/** The field that each part of the draft belongs to. */
const fieldOf: Record<keyof Draft, Field> = {
  gpuModel: 'gpu',
  gpuCount: 'gpuCount',
  placementKind: 'location',
  placementId: 'location',
  vcpus: 'vcpus',
  ramGb: 'ram',
  storageGb: 'storage',
  image: 'image',
  imageChosen: 'image',
  name: 'name',
  nameTyped: 'name',
  access: 'access',
  localKey: 'access',
  storedKey: 'access',
  typedKey: 'access',
  dedicatedIp: 'network',
  ports: 'ports',
  cloudInit: 'cloudInit',
};

/** The fields that an edit touches. */
export function touchedFields(patch: Partial<Draft>): ReadonlySet<Field> {
  return new Set(Object.keys(patch).map((key) => fieldOf[key as keyof Draft]));
}
