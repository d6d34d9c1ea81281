import { isWindowsImage } from '../../../api/images';
import { plainText } from '../../../base/text';

export type ImageGroup = 'plain' | 'nvidia' | 'machineLearning' | 'windows';
export const imageGroups: readonly ImageGroup[] = ['machineLearning', 'nvidia', 'plain', 'windows'];

/** The kind of an image and whether it has the NVIDIA driver. Both are read from its ID, the only source. */
export function describeImage(image: string): {
  readonly group: ImageGroup;
  readonly hasNvidiaDriver: boolean;
  readonly label: string;
} {
  const group = groupOf(image.toLowerCase());
  return {
    group,
    hasNvidiaDriver: group === 'nvidia' || group === 'machineLearning',
    label: plainText(labelOf(image), 100),
  };
}

function groupOf(image: string): ImageGroup {
  if (isWindowsImage(image)) return 'windows';
  if (/(^|_)ml(_|$)/.test(image)) return 'machineLearning';
  if (/(^|_)(nvidia|cuda)(_|$)/.test(image)) return 'nvidia';
  return 'plain';
}

const words: Readonly<Record<string, string>> = {
  nvidia: 'NVIDIA',
  cuda: 'CUDA',
  pytorch: 'PyTorch',
  tensorflow: 'TensorFlow',
};

/** `ubuntu2404_ml_pytorch` as `Ubuntu 24.04 · PyTorch`; an unknown ID unchanged. */
function labelOf(image: string): string {
  const ubuntu = /^ubuntu(\d\d)(\d\d)(?:_(.+))?$/i.exec(image);
  if (ubuntu) {
    const [, year = '', month = '', rest] = ubuntu;
    const more = (rest ?? '')
      .split('_')
      // The group's heading says that it is for machine learning.
      .filter((word) => word !== '' && word !== 'ml')
      .map((word) => words[word.toLowerCase()] ?? word);
    return [`Ubuntu ${year}.${month}`, more.join(' ')].filter((part) => part !== '').join(' · ');
  }
  const windows = /^win(?:dows)?(\d+)$/i.exec(image);
  return windows?.[1] === undefined ? image : `Windows ${windows[1]}`;
}
