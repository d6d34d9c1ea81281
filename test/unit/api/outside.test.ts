import { describe, expect, it } from 'vitest';
import { readAddress } from '../../../src/api/address';
import { TensorDockClient } from '../../../src/api/client';
import { decodeInstance, decodeInstances } from '../../../src/api/decodeInstance';
import { isWindowsImage } from '../../../src/api/images';
import { Redactor } from '../../../src/api/serviceText';

describe('an address', () => {
  it.each(
    [
      '0.0.0.0',
      '127.0.0.1',
      '127.9.9.9',
      '169.254.169.254',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      'fe80::1',
      'fe80::1%eth0',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:203.0.113.7',
      '::127.0.0.1',
      '0:0:0:0:0:ffff:7f00:1',
      '::ffff:0:127.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::a9fe:a9fe',
      '2001::1',
      '2002:7f00:1::1',
      'fec0::1',
      '100::7',
      '127.1',
      '0177.0.0.1',
      '0x7f.0.0.1',
      '2130706433',
      '203.0.113.007',
      'example.test',
      '203.0.113.7 ',
    ].filter((text) => text.trim() === text),
  )('is not one that an instance can have: %s', (text) => {
    expect(readAddress(text)).toBeUndefined();
  });

  it('is read where an instance can have it, loopback only from a service on loopback', () => {
    for (const text of ['203.0.113.7', '10.0.0.5', '2001:db8::1']) expect(readAddress(text)).toBe(text);
    expect(readAddress('127.0.0.1', { loopback: true })).toBe('127.0.0.1');
    expect(readAddress('::1', { loopback: true })).toBe('::1');
    expect(readAddress('::ffff:127.0.0.1', { loopback: true })).toBeUndefined();
    expect(readAddress('0:0:0:0:0:ffff:7f00:1', { loopback: true })).toBeUndefined();
    expect(readAddress('0.0.0.0', { loopback: true })).toBeUndefined();
  });
});

describe('a row of a list', () => {
  it('is read where it is flat', () => {
    const flat = { gpu_model: 'h100-sxm5-80gb', gpu_count: 2, vcpus: 8, ram_gb: 64, storage_gb: 200 };
    for (const row of [
      { id: 'a', name: 'n', status: 'running', ...flat, attributes: { region: 'us-east' } },
      { id: 'a', attributes: { name: 'n', status: 'running', ...flat, region: 'us-east' } },
    ]) {
      expect(decodeInstance(row)).toMatchObject({
        locationId: 'us-east',
        resources: {
          vcpuCount: 8,
          ramGb: 64,
          storageGb: 200,
          gpus: [{ model: 'h100-sxm5-80gb', count: 2 }],
        },
      });
    }
  });

  it('takes the TCP forward of two of the same port', () => {
    const udp = { internal_port: 22, external_port: 1, protocol: 'udp' };
    const tcp = { internal_port: 22, external_port: 2, protocol: 'TCP' };
    for (const portForwards of [
      [udp, tcp],
      [tcp, udp],
    ]) {
      expect(decodeInstance({ id: 'a', portForwards })?.portForwards).toEqual([
        { internalPort: 22, externalPort: 2 },
      ]);
    }
  });

  it.each(['\u200b\u2060', '\u3164', '\u2800 \u2800', '\u{e0041}', '\u202e\u0007', '\ud800'])(
    'is called by its ID if its name shows nothing: %j',
    (name) => {
      expect(decodeInstance({ id: 'a1', name, status: 'running' })?.name).toBe('a1');
    },
  );

  it('stays whatever its ID is', () => {
    const ids = [
      '__proto__',
      'constructor',
      'toString',
      'a/b?c#d',
      'my instance 1',
      '%2e%2e',
      'ö∆',
      'x'.repeat(500),
    ];
    const list = decodeInstances({ data: ids.map((id) => ({ id, name: id, status: 'running' })) });
    expect(list?.instances.map(({ id }) => id)).toEqual(ids);
  });
});

it('an ID with any characters reaches the service unchanged', async () => {
  const paths: string[] = [];
  const client = new TensorDockClient({
    origin: 'https://example.test',
    getToken: async () => 'token',
    fetch: async (url) => {
      paths.push(new URL(url).pathname);
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    },
  });
  const ids = ['a/b?c#d', 'my instance 1', '%2e%2e', '../secrets', 'ö∆', '__proto__'];
  for (const id of ids) await client.deleteInstance(id).catch(() => undefined);
  const prefix = '/api/v2/instances/';
  expect(paths.map((path) => decodeURIComponent(path.slice(prefix.length)))).toEqual(ids);
  expect(paths.every((path) => path.startsWith(prefix) && path.split('/').length === 5)).toBe(true);
});

it.each(['', ' ', '.', '..', 'a\nb', 'a\u0000', '\ud800', 'x'.repeat(2_000)])(
  'an ID that nothing can have is not found, without a request: %j',
  async (id) => {
    let requests = 0;
    const client = new TensorDockClient({
      origin: 'https://example.test',
      getToken: async () => 'token',
      beforeRequest: async () => void (requests += 1),
    });
    await expect(client.getInstance(id)).rejects.toMatchObject({ code: 'not-found' });
    expect(requests).toBe(0);
  },
);

it('each request names us and our version', async () => {
  const agents: (string | undefined)[] = [];
  const client = new TensorDockClient({
    origin: 'https://example.test',
    getToken: async () => 'token',
    version: '1.2.3',
    fetch: async (_url, init) => {
      agents.push(init.headers['User-Agent']);
      throw Object.assign(new Error('refused'), { code: 'ECONNRESET' });
    },
  });
  await client.stopInstance('a').catch(() => undefined);
  expect(agents).toEqual(['tensordock-vscode/1.2.3']);
});

it('an image is Windows by its name, however that is written', () => {
  for (const image of [
    'windows10',
    'win10',
    'win11',
    'Windows Server 2022',
    'win-server-2019',
    'WINDOWS_11',
  ]) {
    expect(isWindowsImage(image)).toBe(true);
  }
  for (const image of ['ubuntu2404', 'winery', 'ubuntu-windows', '', undefined]) {
    expect(isWindowsImage(image)).toBe(false);
  }
});

it('a secret is taken out in every form, also where it would be cut', () => {
  const secret = 'p"a\\ss/<w>&ö 100%';
  const base64 = Buffer.from(`user:${secret}!`).toString('base64');
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;');
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    Array.from(secret, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    html,
    html.replaceAll('&', '&amp;'),
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    encodeURIComponent(secret).replaceAll('%20', '+').toLowerCase(),
  ];
  const redactor = new Redactor([secret]);
  for (const form of forms) {
    expect(redactor.redact(`<${form}>`)).toBe('<***>');
    expect(redactor.shown('x'.repeat(290) + form)).toBe(`${'x'.repeat(290)}***`);
  }
  expect(redactor.redact(base64)).not.toContain(Buffer.from(secret).toString('base64').slice(4, 12));
  expect(Buffer.from(redactor.redact(base64), 'base64').toString()).not.toContain('ss/<w>');
});

it('a token or password that the service cut is taken out as well, and an ordinary word stays', () => {
  const secret = 'Bq7/xT"9zKw2&Lm4pR8s';
  const redactor = new Redactor([secret, 'short', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me']);
  for (let length = 12; length < secret.length; length++) {
    const cut = secret.slice(0, length);
    for (const form of [cut, JSON.stringify(cut).slice(1, -1), encodeURIComponent(cut)]) {
      expect(redactor.redact(`Invalid token ${form}… (401)`)).toBe('Invalid token ***… (401)');
    }
    const end = secret.slice(-length);
    for (const form of [end, JSON.stringify(end).slice(1, -1), encodeURIComponent(end)]) {
      expect(redactor.redact(`Invalid token …${form} (401)`)).toBe('Invalid token …*** (401)');
    }
  }
  expect(redactor.redact('Bq7 isn’t a token. shor')).toBe('Bq7 isn’t a token. shor');
  expect(redactor.redact('The key begins with ssh-ed25519 AAAA')).toBe(
    'The key begins with ssh-ed25519 AAAA',
  );
});

it('a secret of any length is taken out in every form, also where it was cut', () => {
  const secret = 'aB3$"\\x\\\\"<\u00e9\ud83d\ude00'.repeat(30);
  const redactor = new Redactor([secret]);
  for (const form of [secret, secret.slice(0, 350), JSON.stringify(secret), encodeURIComponent(secret)]) {
    expect(redactor.redact(`<${form}>`)).toMatch(/^<"?(?:\*\*\*)+"?>$/);
  }
});

it('a long answer that is made to look like a secret takes no long time', () => {
  const started = performance.now();
  for (const secret of ['abcdef1234567890', '\\"b', `${'\\'.repeat(2_000)}b`, '&'.repeat(20)]) {
    const redactor = new Redactor([secret]);
    for (const piece of ['\\', 'a\\', '\\"', '&amp;', 'amp;', '%25', '0']) {
      redactor.redact(`&#${piece.repeat(50_000)}`);
    }
  }
  expect(performance.now() - started).toBeLessThan(5_000);
});

it('a secret that repeats itself is searched for in linear time', () => {
  const redactor = new Redactor([`b${'a'.repeat(288)}bbbbbbbbbbbb`]);
  const start = performance.now();
  expect(redactor.redact('a'.repeat(50_000))).toBe('a'.repeat(50_000));
  // It would take minutes if each place were tried with each beginning of the secret.
  expect(performance.now() - start).toBeLessThan(10_000);
});

it('a password with accents is taken out in both forms that Unicode has for them', () => {
  for (const form of ['NFC', 'NFD'] as const) {
    const redactor = new Redactor(['Z\u00fcrich-caf\u00e9-9!'.normalize(form)]);
    for (const said of ['NFC', 'NFD'] as const) {
      const text = 'Z\u00fcrich-caf\u00e9-9!'.normalize(said);
      expect(redactor.redact(`<${text}> ${JSON.stringify(text)}`)).toBe('<***> "***"');
    }
  }
});
