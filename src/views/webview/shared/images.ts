import { isWindowsImage } from '../../../api/rules';

export type ImageGroup = 'plain' | 'nvidia' | 'machineLearning' | 'windows';
export const imageGroups: readonly ImageGroup[] = ['machineLearning', 'nvidia', 'plain', 'windows'];

/** What kind of image an id names, and whether it brings the NVIDIA driver: read from the id, the only source. */
export function describeImage(image: string): {
  readonly group: ImageGroup;
  readonly hasNvidiaDriver: boolean;
  readonly label: string;
} {
  const group = groupOf(image.toLowerCase());
  return {
    group,
    hasNvidiaDriver: group === 'nvidia' || group === 'machineLearning',
    label: labelOf(image),
  };
}

function groupOf(image: string): ImageGroup {
  if (isWindowsImage(image)) return 'windows';
  if (/(^|_)ml(_|$)/.test(image)) return 'machineLearning';
  if (/(^|_)(nvidia|cuda)(_|$)/.test(image)) return 'nvidia';
  return 'plain';
}

/** `ubuntu2404_ml_pytorch` as `Ubuntu 24.04 · ml pytorch`; an unknown id as it is. */
function labelOf(image: string): string {
  const ubuntu = /^ubuntu(\d\d)(\d\d)(?:_(.+))?$/i.exec(image);
  if (ubuntu) {
    const [, year = '', month = '', rest] = ubuntu;
    return `Ubuntu ${year}.${month}${rest === undefined ? '' : ` · ${rest.replaceAll('_', ' ')}`}`;
  }
  const windows = /^windows(\d+)$/i.exec(image);
  return windows?.[1] === undefined ? image : `Windows ${windows[1]}`;
}
