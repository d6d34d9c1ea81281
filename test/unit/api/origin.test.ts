import { describe, expect, it } from 'vitest';
import { TensorDockClient } from '../../../src/api/client';
import { parseOrigin } from '../../../src/api/origin';

const token = 'S3cretT0kenS3cretT0ken';

describe('the address of the service', () => {
  it.each([
    ['https://dashboard.tensordock.com', 'https://dashboard.tensordock.com'],
    [' https://Dashboard.TensorDock.com/ ', 'https://dashboard.tensordock.com'],
    ['https://dashboard.tensordock.com/api/v2', 'https://dashboard.tensordock.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.9.9.9:1', 'http://127.9.9.9:1'],
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('%s is taken', (address, origin) => {
    expect(parseOrigin(address)).toBe(origin);
  });

  it.each([
    '',
    'dashboard.tensordock.com',
    'http://dashboard.tensordock.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://[::2]',
    'http://0.0.0.0',
    'https://user:pass@dashboard.tensordock.com',
    'https://dashboard.tensordock.com/proxy',
    'https://dashboard.tensordock.com/?token=x',
    'file:///etc/passwd',
    'ftp://127.0.0.1',
  ])('%s is refused', (address) => {
    const make = (): unknown => new TensorDockClient({ origin: address, getToken: async () => token });
    expect(make).toThrow(expect.objectContaining({ code: 'bad-address' }));
  });
});
