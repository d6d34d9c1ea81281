import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { FileJournal } from '../../../src/instances/operations/fileJournal';
import { SnapshotFile } from '../../../src/instances/sharedSnapshot';
import { hostIds } from '../../simulator/catalogue';
import type { Fault } from '../../simulator/faults';
import { createRequest, Person, rtx4090, token } from '../instances/windows';

const minute = 60_000;
const password = 'sentinel-password-5d1';
const key = 'ssh-ed25519 AAAAsentinelkey somebody';
const createPath = '/api/v2/instances';

/** A service, or a proxy before it, that repeats what it was sent, in every place where we may look. */
const echoes: readonly Fault[] = [
  { kind: 'status', status: 400, body: { error: `Bad header: Bearer ${token}` } },
  { kind: 'status', status: 401, body: { errors: [{ title: token, detail: `Bearer ${token}` }] } },
  { kind: 'status', status: 500, body: { message: JSON.stringify({ authorization: `Bearer ${token}` }) } },
  { kind: 'error-in-200', error: `${token} may not`, status: 403, shape: 'data' },
  { kind: 'body', body: `<html>${token}</html>`, contentType: 'text/html' },
  { kind: 'body', body: JSON.stringify({ data: { token, secret: token } }) },
  { kind: 'body', body: `{"data":"${token}` },
  { kind: 'redirect', location: `https://elsewhere.example/?token=${token}` },
  { kind: 'rate-limited', retryAfter: token },
  {
    kind: 'status',
    status: 400,
    body: [{ code: token, message: `got ${token}`, path: [token] }],
  },
];

/** The same for what a create sends beside the token. */
const createEchoes: readonly Fault[] = [
  { kind: 'status', status: 400, body: [{ code: 'custom', message: `got ${password}`, path: [password] }] },
  { kind: 'error-in-200', error: `Password ${password} is too weak`, status: 400 },
  { kind: 'body', body: JSON.stringify({ data: { password, attributes: { ssh_key: key } } }) },
];

test('the token and a password are in no log line of any level, no error, no snapshot and no note', async () => {
  const person = new Person({ wire: { listItems: 'thin' }, delays: { create: 5_000, boot: 10_000 } });
  const folder = await mkdtemp(path.join(tmpdir(), 'tensordock-token-'));
  const written: string[] = [];
  try {
    const { id } = person.addInstance('box', { status: 'running' });
    person.addInstance('other');
    const window = await person.open();
    person.journal.onNote = () => written.push(JSON.stringify([...person.journal.records.values()]));
    await person.clock.advance(minute);

    const said: string[] = [];
    const keep = (value: unknown): void => {
      said.push(inspect(value, { depth: 20, showHidden: true }));
      if (value instanceof Error) said.push(value.message, value.stack ?? '', JSON.stringify(value));
    };
    const request = createRequest({
      placement: { hostnodeId: hostIds.chubbuck },
      resources: { vcpuCount: 2, ramGb: 8, storageGb: 100, gpus: [{ model: rtx4090, count: 1 }] },
      sshKey: key,
      password,
    });
    let serial = 0;
    const create = async (): Promise<unknown> =>
      (await window.operations.create(request, `key-${(serial += 1)}`)).outcome;
    const calls: (() => Promise<unknown>)[] = [
      () => window.api.listInstances(),
      () => window.api.getInstance(id),
      () => window.api.createInstance(request),
      () => window.api.startInstance(id),
      () => window.api.createSecret('key', key, 'SSHKEY'),
      async () => (await window.operations.begin('stop', id)).done,
      create,
    ];
    const run = async (call: () => Promise<unknown>): Promise<void> => {
      await person.outcome(call(), 15 * minute).then(keep, keep);
      keep(window.store.status);
      written.push(JSON.stringify(person.shared.current));
      person.service.faults.clear();
    };
    for (const fault of echoes) {
      for (const call of calls) {
        person.service.faults.add({ times: 3, fault });
        await run(call);
      }
    }
    for (const fault of createEchoes) {
      for (const call of [() => window.api.createInstance(request), create]) {
        person.service.faults.add({ method: 'POST', path: createPath, fault });
        await run(call);
      }
    }

    // What the windows share, as it is on disk.
    await new SnapshotFile(folder, 'account-1', person.log).change(() => person.shared.current);
    const journal = new FileJournal(folder, person.log);
    for (const [index, record] of [...person.journal.ended.values()].entries()) {
      const claim = await journal.begin({ ...record, id: `note-${index}` });
      await (index % 2 === 0 ? claim?.finish(record) : claim?.release());
    }
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.lock')) written.push(await readFile(path.join(folder, name), 'utf8'));
    }

    const levels = new Set(person.log.lines.map((line) => line.split(' ')[0]));
    expect([...levels]).toEqual(expect.arrayContaining(['trace', 'debug', 'info']));
    expect(person.log.lines.length).toBeGreaterThan(100);
    expect(said.length).toBeGreaterThan(100);
    for (const secret of [token, password]) {
      expect(person.log.lines.filter((line) => line.includes(secret))).toEqual([]);
      expect(said.filter((text) => text.includes(secret))).toEqual([]);
      expect(written.filter((text) => text.includes(secret))).toEqual([]);
    }
    expect(written.filter((text) => text.includes('AAAAsentinelkey'))).toEqual([]);
    expect(person.service.requests.filter(({ query }) => query !== '')).toEqual([]);
  } finally {
    person.close();
    await rm(folder, { recursive: true, force: true });
  }
});
