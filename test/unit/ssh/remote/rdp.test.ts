import { expect, test } from 'vitest';
import { rdpFile } from '../../../../src/ssh/remote/rdp';

test('a .rdp file, and values that would add lines', () => {
  expect(rdpFile({ host: '203.0.113.7', port: 3390, user: 'user' })).toContain(
    'full address:s:203.0.113.7:3390\r\n',
  );
  expect(rdpFile({ host: '2001:db8::1', port: 3389 })).toContain('full address:s:[2001:db8::1]:3389\r\n');
  for (const bad of [
    { host: 'evil\r\nalternate shell:s:x', port: 1 },
    { host: '1.2.3.4', port: 0 },
    { host: '1.2.3.4', port: 3389, user: 'a\r\nalternate shell:s:x' },
  ]) {
    expect(() => rdpFile(bad)).toThrow(RangeError);
  }
});
