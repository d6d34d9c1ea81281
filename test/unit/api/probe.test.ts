import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { locationIds } from '../../simulator/catalogue';
import { startSimulator } from '../../simulator/server';
import { type Mock, type ProbeLine, runProbe, startMock } from './processes';

const contract = fileURLToPath(new URL('contract.yml', import.meta.url));
const lifecycle = [
  'createInstance',
  'getInstance',
  'stopInstance',
  'modifyInstance',
  'startInstance',
  'getInstance',
  'deleteInstance',
];

describe('the probe against a mock that checks requests', () => {
  let mock: Mock | undefined;
  afterEach(() => mock?.stop());

  it('violates the contract with no request', async () => {
    mock = await startMock(contract);
    const run = await runProbe(['--url', mock.url, '--only', 'instances', '--lifecycle'], {
      token: 'abc123',
    });

    expect(run.lines.map((line) => line.call)).toEqual(['listInstances', 'getInstance', ...lifecycle]);
    expect(run.lines.filter((line) => !line.ok)).toEqual([]);
    expect(mock.log()).not.toMatch(/violation|did not pass the validation/i);
    expect(mock.log().match(/passed the validation rules/g)).toHaveLength(run.lines.length);
    expect(run.status).toBe(0);
  }, 60_000);

  it('reports a request that violates it', async () => {
    mock = await startMock(contract);
    const response = await fetch(`${mock.url}/api/v2/instances`, {
      method: 'POST',
      headers: { Authorization: 'Bearer abc', 'Content-Type': 'application/json' },
      body: JSON.stringify({ data: { type: 'virtualmachine', attributes: { name: 'x' } } }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    await response.text();
    expect(mock.log()).toMatch(/violation|did not pass the validation/i);
  }, 60_000);
});

describe('the probe against the simulator', () => {
  async function probeIn(dialect: 'specified' | 'live'): Promise<readonly ProbeLine[]> {
    const simulator = await startSimulator({
      dialect,
      seed: 'demo',
      randomSeed: 7,
      wire: { listItems: 'full' },
    });
    try {
      const run = await runProbe(
        [
          '--url',
          simulator.url,
          '--only',
          'instances',
          '--lifecycle',
          '--location',
          Object.values(locationIds)[0] ?? '',
        ],
        { token: simulator.token },
      );
      expect(run.status).toBe(0);
      expect(run.output).not.toContain(simulator.token);
      return run.lines;
    } finally {
      await simulator.close();
    }
  }

  it('gives the same domain objects in each dialect', async () => {
    const [specified, live] = await Promise.all([probeIn('specified'), probeIn('live')]);
    expect(specified.filter((line) => !line.ok)).toEqual([]);
    expect(live.map(comparable)).toEqual(specified.map(comparable));
  }, 60_000);
});

describe('the probe’s command line', () => {
  it('takes the token from a line of standard input and prints it nowhere', async () => {
    const simulator = await startSimulator({ seed: 'demo', tokens: ['typedByHand42'] });
    const run = await runProbe(['--url', simulator.url, '--token', '-'], { stdin: 'typedByHand42\n' });
    await simulator.close();
    expect(run.lines.filter((line) => !line.ok)).toEqual([]);
    expect(run.lines.map((line) => line.call)).toContain('listSecrets');
    expect(run.output).not.toContain('typedByHand42');
  });

  it('ends with 0 where the service refuses, and prints why', async () => {
    const simulator = await startSimulator({ tokens: ['right'] });
    const run = await runProbe(['--url', simulator.url, '--only', 'instances'], { token: 'wrong' });
    await simulator.close();
    expect(run.lines).toHaveLength(1);
    expect(run.lines[0]).toMatchObject({ call: 'listInstances', ok: false, error: { code: 'unauthorized' } });
    expect(run.status).toBe(0);
  });

  it.each([
    [[]],
    [['--url', 'http://example.org']],
    [['--url', 'https://x.test', '--token', 'abc']],
    [['--what']],
  ])('refuses %j with 2 and without a request', async (args) => {
    const run = await runProbe(args, { token: 'abc123' });
    expect(run.status).toBe(2);
    expect(run.lines).toEqual([]);
  });
});

/**
 * Without what a dialect has no way to tell: the live service never names image and location, and calls a
 * new instance `running` at once; the contract has no word for a stopped instance whose GPU was released.
 */
function comparable(line: ProbeLine): unknown {
  const untold = ['image', 'locationId', ...(line.call === 'createInstance' ? ['state'] : [])];
  const text = JSON.stringify(line, (key, value: unknown) => (untold.includes(key) ? undefined : value));
  return JSON.parse(text.replaceAll('stoppeddisassociated', 'stopped'));
}
