import { spawnSync } from 'node:child_process';
import { silentLogger } from '../../../../src/base/logger';
import type { Clock } from '../../../../src/base/clock';
import { describe, expect, it, vi } from 'vitest';
import {
  BadRequestError,
  NoCapacityError,
  NotFoundError,
  OutcomeUnknownError,
  ServiceError,
} from '../../../../src/api/errors';
import { UnclearCreateError } from '../../../../src/instances/createOutcome';
import { CatalogFeed } from '../../../../src/views/forms/catalogFeed';
import { mergeCloudInit, parseCloudInit } from '../../../../src/views/forms/cloudInit';
import {
  describeFailure,
  describeOutcome,
  idempotencyKey,
  prepare,
} from '../../../../src/views/forms/createSubmit';
import { draftLike, Presets } from '../../../../src/views/forms/presets';
import { fieldOfPath, problemsOfError } from '../../../../src/views/forms/problems';
import { received } from '../../../../src/views/forms/received';
import { recipes } from '../../../../src/views/forms/recipes';
import { asCurl, asJson } from '../../../../src/views/forms/requestText';
import { fromCreateForm } from '../../../../src/views/webview/shared/protocol';
import { access, catalog, draft, rtx4090 } from './catalogFixtures';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

const known = { catalog, access, names: [] };

describe('cloud-init', () => {
  it('is parsed into what the service accepts', () => {
    const text =
      '#cloud-config\npackage_update: true\npackages: [htop]\nruncmd:\n  - echo hi\n  - [ls, -l]\n';
    expect(parseCloudInit(text).cloudInit).toMatchObject({
      packageUpdate: true,
      packages: ['htop'],
      runcmd: ['echo hi', ['ls', '-l']],
    });
    expect(parseCloudInit(' \n')).toEqual({ problems: [] });
  });

  it.each([
    ['users: []', 'users'],
    ['write_files:\n  - path: /a\n    content: x\n    encoding: b64', 'write_files.0.encoding'],
    ['packages: htop', 'packages'],
    ['package_update: maybe', 'package_update'],
    ['runcmd: [1', 'Line 1'],
    ['- a\n- b', 'keys'],
    ['write_files:\n  - path: /a', 'write_files.0.content'],
  ])('%j is refused with the position of the error', (text, named) => {
    const { cloudInit, problems } = parseCloudInit(text);
    expect(cloudInit).toBeUndefined();
    expect(problems[0]).toContain(named);
  });

  it('doesn’t expand without bound', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]`);
    const text = `l0: &l0 [x]\n${levels.join('\n')}`;
    expect(() => parseCloudInit(text)).not.toThrow();
    expect(parseCloudInit(text).problems).not.toEqual([]);
  });

  it('every recipe is valid, also all of them together and twice', () => {
    let text = '';
    for (const recipe of [...recipes(), ...recipes()]) text = mergeCloudInit(text, recipe.text);
    const { cloudInit, problems } = parseCloudInit(text);
    expect(problems).toEqual([]);
    const commands = cloudInit?.runcmd ?? [];
    expect(new Set(commands.map((command) => JSON.stringify(command))).size).toBe(commands.length);
    expect(text).toContain('nvidia-ctk');
    expect(text).toContain('miniforge');
  });

  it('a reboot comes last, in whichever order recipes are added', () => {
    let text = '';
    for (const recipe of recipes()) text = mergeCloudInit(text, recipe.text);
    const commands = parseCloudInit(text).cloudInit?.runcmd ?? [];
    expect(commands.indexOf('reboot')).toBe(commands.length - 1);
  });

  it('a recipe leaves text unchanged that can’t be parsed', () => {
    expect(mergeCloudInit('runcmd: [', recipes()[0]?.text ?? '')).toBe('runcmd: [');
  });
});

describe('a refusal', () => {
  it.each([
    [['data', 'attributes', 'image'], 'image'],
    [['data', 'attributes', 'resources', 'vcpu_count'], 'vcpus'],
    [['data', 'attributes', 'resources', 'gpus', rtx4090, 'count'], 'gpuCount'],
    [['data', 'attributes', 'resources', 'gpus'], 'gpu'],
    [['data', 'attributes', 'port_forwards', 0], 'ports'],
    [['data', 'attributes', 'location_id'], 'location'],
    [['cpuCores'], 'vcpus'],
    [['diskGb'], 'storage'],
    [['something', 'else'], undefined],
  ])('at %j belongs to %s', (path, field) => {
    expect(fieldOfPath(path)).toBe(field);
  });

  it('lists the allowed values, or else quotes the service', () => {
    const issue = { path: ['image'], message: 'Invalid enum value', options: ['ubuntu2404', 'windows10'] };
    const messages = problemsOfError(
      new BadRequestError('no', [issue, { path: ['name'], message: 'Too odd' }]),
    );
    expect(messages.map((problem) => problem.field)).toEqual(['image', 'name']);
    expect(messages[0]?.message).toContain('ubuntu2404, windows10');
    expect(messages[1]?.message).toBe('Too odd');
  });
});

describe('the end of a create', () => {
  it('says what was found and for how long', () => {
    const adopted = describeOutcome(
      { kind: 'done', value: { id: 'i', search: { lists: 4, forMs: 45_000 } } },
      'n',
    );
    expect(adopted).toMatchObject({ kind: 'created', id: 'i' });
    expect(adopted.message).toContain('45 s');
    const unknown = describeOutcome(
      {
        kind: 'unknown',
        error: new UnclearCreateError('Your list was checked 3 times.', { lists: 3, forMs: 120_000 }),
      },
      'n',
    );
    expect(unknown.kind).toBe('unknown');
    expect(unknown.message).toContain('checked 3 times');
  });

  it('offers other locations only if there was no capacity', () => {
    const refused = (error: NoCapacityError | ServiceError): unknown =>
      describeOutcome({ kind: 'refused', error }, 'n');
    expect(refused(new NoCapacityError('full'))).toMatchObject({ noCapacity: true, message: 'full' });
    expect(refused(new ServiceError('service-down', 'down'))).toMatchObject({ noCapacity: false });
  });

  it('is unknown if the request may have got through, whatever else is said', () => {
    const error = new OutcomeUnknownError('no answer');
    for (const result of [describeFailure(error, 'n'), describeOutcome({ kind: 'refused', error }, 'n')]) {
      expect(result.kind).toBe('unknown');
      expect('message' in result && result.message).toMatch(/unknown whether “n” was created/);
    }
    expect(describeFailure(new ServiceError('service-down', 'down'), 'n').kind).toBe('refused');
  });
});

describe('a request for scripts', () => {
  const { request, problems } = prepare({ ...draft, image: 'windows10' }, known, 'Very secret 123');

  it('is the one that the form sends', () => {
    expect(problems).toEqual([]);
    expect(JSON.parse(asJson(request))).toMatchObject({
      data: { type: 'virtualmachine', attributes: { name: 'rtx4090-1', location_id: 'cheap' } },
    });
  });

  it('holds no token and no password, and quotes special characters', () => {
    const line = asCurl({ ...request, name: "it's $HOME" }, 'https://example.test/', 'posix');
    expect(line).not.toContain('Very secret');
    expect(line).toContain('https://example.test/api/v2/instances');
    expect(line).toContain('Bearer $TENSORDOCK_TOKEN');
    expect(line).toContain(String.raw`it'\''s $HOME`);
  });

  const odd = { ...request, name: `it's "50%" \\ of $HOME & %PATH% | <ü> (‘x’) ^!` };
  const nameIn = (json: string): unknown =>
    (JSON.parse(json) as { data: { attributes: { name: string } } }).data.attributes.name;

  it('reaches curl unchanged from a POSIX shell', () => {
    const line = asCurl(odd, 'https://example.test', 'posix');
    const script = `curl() { for last; do :; done; printf %s "$last"; }\n${line}`;
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(nameIn(stdout)).toBe(odd.name);
  });

  it('goes through a here-string in PowerShell, in ASCII only', () => {
    const line = asCurl(odd, 'https://example.test', 'powershell', 'win32');
    const [, json = '', command] = /^@'\n(.*)\n'@ \| (.*)$/s.exec(line) ?? [];
    expect(nameIn(json)).toBe(odd.name);
    expect(json).toMatch(/^[\x20-\x7e\n]*$/);
    expect(json).not.toMatch(/^'@/m);
    expect(command).toMatch(
      /^curl\.exe .*"Authorization: Bearer \$env:TENSORDOCK_TOKEN".* --data-binary '@-'$/,
    );
  });

  it('leaves nothing for cmd to interpret', () => {
    const line = asCurl(odd, 'https://example.test', 'cmd');
    const [, argument = ''] = / --data "(.*)"$/.exec(line) ?? [];
    expect(argument).not.toMatch(/[%^&<>|!()\n]/);
    expect(nameIn(argument.replaceAll('\\"', '"'))).toBe(odd.name);
    expect(line).toContain('Bearer %TENSORDOCK_TOKEN%');
  });
});

describe('an idempotency key', () => {
  it('is the same for the same instance with any password, and differs for another', () => {
    const key = (change: object, password?: string): string =>
      idempotencyKey(prepare({ ...draft, image: 'windows10', ...change }, known, password).request);
    expect(key({}, 'a')).toBe(key({}, 'b'));
    expect(key({})).not.toBe(key({ name: 'other' }));
  });

  it('comes with a second check of the draft', () => {
    const { problems } = prepare({ ...draft, vcpus: '7', cloudInit: 'users: []' }, known);
    expect(problems.map((problem) => problem.field)).toEqual(['vcpus', 'cloudInit']);
    expect(prepare(draft, { ...known, names: ['RTX4090-1'] }).problems[0]?.field).toBe('name');
  });
});

describe('presets', () => {
  const stored = (): Map<string, unknown> => new Map();
  const presetsOn = (map: Map<string, unknown>): Presets =>
    new Presets({ get: (key) => map.get(key), update: async (key, value) => void map.set(key, value) });

  it('start the next form with the last instance, under a new name', async () => {
    const map = stored();
    await presetsOn(map).remember({ ...draft, vcpus: '12' });
    expect(presetsOn(map).last()).toMatchObject({ vcpus: '12', name: '', nameTyped: false });
  });

  it('are saved by name, and hold nothing but the draft', async () => {
    const map = stored();
    const presets = presetsOn(map);
    const sneaky = { ...draft, password: 'Very secret 123' };
    await presets.save('b', sneaky);
    await presets.save('a', draft);
    await presets.save('b', { ...sneaky, vcpus: '4' });
    expect(presets.all().map(({ name, draft: kept }) => [name, kept.vcpus])).toEqual([
      ['a', '8'],
      ['b', '4'],
    ]);
    expect(JSON.stringify([...map.values()])).not.toContain('Very secret');
    await presets.delete('a');
    expect(presets.all()).toHaveLength(1);
  });

  it('survive a storage that holds something else', () => {
    const presets = presetsOn(new Map<string, unknown>([['tensordock.create.presets', [{ name: 1 }]]]));
    expect(presets.all()).toEqual([]);
    expect(presets.last().vcpus).toBe('8');
  });

  it('copy what is known of an instance', () => {
    const like = draftLike(
      {
        id: 'i',
        name: 'n',
        state: 'running',
        statusText: 'running',
        resources: { vcpuCount: 16, ramGb: 64, storageGb: 500, gpus: [{ model: rtx4090, count: 2 }] },
        portForwards: [
          { internalPort: 22, externalPort: 20_001 },
          { internalPort: 8888, externalPort: 20_002 },
        ],
      },
      draft,
    );
    expect(like).toMatchObject({ gpuCount: '2', vcpus: '16', ports: '8888', image: 'ubuntu2404', name: '' });
  });
});

describe('the catalog of open forms', () => {
  function feed(locations: () => Promise<never[]>): {
    feed: CatalogFeed;
    pass: () => void;
    asked: () => number;
  } {
    let asked = 0;
    let due: (() => void) | undefined;
    let now = 0;
    const clock: Clock = {
      now: () => now,
      after: (ms, callback) => {
        due = () => {
          now += ms;
          callback();
        };
        return { dispose: () => (due = undefined) };
      },
    };
    const made = new CatalogFeed(
      () => ({
        listLocations: async () => {
          asked += 1;
          return locations();
        },
        listHostnodes: async () => {
          throw new NotFoundError('no such call');
        },
      }),
      clock,
      silentLogger,
    );
    return { feed: made, pass: () => due?.(), asked: () => asked };
  }

  it('is requested only while a form is visible', async () => {
    const { feed: made, pass, asked } = feed(async () => []);
    const form = {};
    expect(asked()).toBe(0);
    made.setVisible(form, true);
    await made.refresh();
    expect(asked()).toBe(1);
    pass();
    await made.refresh();
    expect(asked()).toBe(2);
    made.setVisible(form, false);
    pass();
    expect(asked()).toBe(2);
    made.dispose();
  });

  it('treats a missing endpoint as an empty list, and keeps the last list if the service fails', async () => {
    let fail = false;
    const { feed: made } = feed(async () => {
      if (fail) throw new ServiceError('service-down', 'TensorDock is down.');
      return [];
    });
    await made.refresh();
    expect(made.state).toMatchObject({ loading: false, hostnodes: [], error: undefined });
    fail = true;
    await made.refresh();
    expect(made.state.error).toBe('TensorDock is down.');
  });
});

describe('a message of a form', () => {
  it.each([
    ['nothing', undefined],
    ['text', 'submit'],
    ['another kind', { type: 'run', command: 'rm' }],
    ['a field of another type', { type: 'deletePreset', name: { toString: 'x' } }],
    ['a text that is too long', { type: 'deletePreset', name: 'hunter2'.repeat(1_000) }],
    ['a submit without its draft', { type: 'submit', submitId: 'a', password: 'hunter2' }],
  ])('that doesn’t match the contract (%s) is dropped, and logged without its content', (_, message) => {
    const taken: unknown[] = [];
    const lines: string[] = [];
    const log = { ...silentLogger, warn: (line: string) => lines.push(line) };
    const take = received('create', fromCreateForm, log, (given) => taken.push(given));
    take(message);
    expect(taken).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('hunter2');
    take({ type: 'refresh' });
    expect(taken).toEqual([{ type: 'refresh' }]);
  });
});
