import type { Draft } from './protocol';

/** What the form starts with where no machine was made before. */
export const emptyDraft: Draft = {
  gpuModel: '',
  gpuCount: '1',
  placeKind: 'location',
  placeId: '',
  vcpus: '8',
  ramGb: '32',
  storageGb: '200',
  image: '',
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
