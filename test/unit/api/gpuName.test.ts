import { expect, it } from 'vitest';
import { gpuFormFactor, gpuName } from '../../../src/api/gpuName';

it.each([
  ['geforcertx4090-pcie-24gb', 'RTX 4090', 'PCIe'],
  ['GeForceRTX4090-PCIe-24GB', 'RTX 4090', 'PCIe'],
  ['l40s-pcie-48gb', 'L40S', 'PCIe'],
  ['l4-pcie-24gb', 'L4', 'PCIe'],
  ['h100-sxm5-80gb', 'H100', 'SXM5'],
  ['rtxa6000-pcie-48gb', 'RTX A6000', 'PCIe'],
  ['teslav100', 'V100', undefined],
])('%s is shown as %s', (model, name, formFactor) => {
  expect(gpuName(model)).toBe(name);
  expect(gpuFormFactor(model)).toBe(formFactor);
});

it('shows a hostile model as one short plain line', () => {
  expect(gpuName(`x\n\u202e${'y'.repeat(500)}`)).toMatch(/^x ?y{1,60}…?$/);
});
