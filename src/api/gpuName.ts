import { plainText } from '../base/text';

/** `RTX 4090` for `geforcertx4090-pcie-24gb`: the name people know, derived from the model's ID. At most 60 characters. */
export function gpuName(model: string): string {
  const [first = model] = model.toLowerCase().split('-');
  const name = first
    .replace(/^geforce|^tesla/, '')
    .replace(/^(rtx|gtx)(?=\w)/, '$1 ')
    .replace(/(?<=\d)(ada)$/, ' $1')
    .replace(/\b(rtx|gtx|ada)\b/g, (word) => (word === 'ada' ? 'Ada' : word.toUpperCase()))
    .replace(/\b[a-z]\d+[a-z]?\b|\b[a-z]\d/g, (start) => start.toUpperCase());
  return plainText(name, 60);
}

/** `PCIe` or `SXM5`, which tells apart models with the same name; `undefined` if the ID doesn't say. */
export function gpuFormFactor(model: string): string | undefined {
  return /-(pcie|sxm\d?)(?=-|$)/i.exec(model)?.[1]?.toUpperCase().replace('PCIE', 'PCIe');
}
