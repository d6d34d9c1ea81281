import type { Draft } from './protocol';

/** The first contents of the form, for someone who never created an instance. */
export const emptyDraft: Draft = {
  gpuModel: '',
  gpuCount: '1',
  placementKind: 'location',
  placementId: '',
  vcpus: '8',
  ramGb: '32',
  storageGb: '200',
  image: '',
  imageChosen: false,
  name: '',
  nameTyped: false,
  access: 'local',
  localKey: '',
  storedKey: '',
  typedKey: '',
  dedicatedIp: false,
  ports: '',
  cloudInit: '',
};
