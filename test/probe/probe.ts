import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { TensorDockClient } from '../../src/api/client';
import { BadRequestError, RateLimitedError, TensorDockError } from '../../src/api/errors';
import type { CreateRequest, InstanceState, Placement } from '../../src/api/types';

/** Runs the real client against a server and prints one JSON line per call; see `usage`. */

const usage = `Usage: npm run probe -- --url URL [options]

Sends real requests with the extension's own client and prints one line of JSON per call.
The token comes from TENSORDOCK_TOKEN, or from a line of standard input with --token -.

  --only instances     Don't request locations, host nodes, and secrets.
  --lifecycle          Also create, get, stop, modify, start, and delete an instance. This costs money.
  --name NAME          Name of the new instance. (probe)
  --image IMAGE        Its image. (ubuntu2404)
  --gpu MODEL          Its GPU model; none for no GPU. (geforcertx4090-pcie-24gb)
  --gpu-count N        How many GPUs. (1)
  --vcpus N, --ram GB, --storage GB
                       Its size. (4, 16, 100)
  --location ID, --hostnode ID
                       Its location or host node. (the first location that has the GPU model)
  --ssh-key TEXT, --ssh-key-id ID
                       The public key that may sign in.
  --patience SECONDS   How long to wait for each state. (300)
`;

const text = { type: 'string' } as const;

/** The command line, checked; throws an error to show beside the usage. */
function readCommandLine(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      url: text,
      token: text,
      only: text,
      lifecycle: { type: 'boolean', default: false },
      name: { ...text, default: 'probe' },
      image: { ...text, default: 'ubuntu2404' },
      gpu: { ...text, default: 'geforcertx4090-pcie-24gb' },
      'gpu-count': { ...text, default: '1' },
      vcpus: { ...text, default: '4' },
      ram: { ...text, default: '16' },
      storage: { ...text, default: '100' },
      location: text,
      hostnode: text,
      'ssh-key': text,
      'ssh-key-id': text,
      patience: { ...text, default: '300' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.url === undefined && !values.help) throw new Error('--url is missing.');
  if (values.only !== undefined && values.only !== 'instances') throw new Error('--only takes "instances".');
  if (values.token !== undefined && values.token !== '-') {
    throw new Error('--token takes "-" alone: a token as an argument could be read by others.');
  }
  if (values.location !== undefined && values.hostnode !== undefined) {
    throw new Error('--location and --hostnode exclude each other.');
  }
  for (const name of ['gpu-count', 'vcpus', 'ram', 'storage', 'patience'] as const) {
    if (!/^\d+$/.test(values[name])) throw new Error(`--${name} takes a whole number.`);
  }
  return values;
}

type CommandLine = ReturnType<typeof readCommandLine>;

async function readToken(command: CommandLine): Promise<string | undefined> {
  if (command.token === undefined) return process.env.TENSORDOCK_TOKEN;
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    lines.close();
    return line.trim();
  }
  return undefined;
}

/** Makes a call and prints how it went; `undefined` if it failed. */
async function report<T>(call: string, make: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await make();
    print({ call, ok: true, result });
    return result;
  } catch (error) {
    print({ call, ok: false, error: describe(error) });
    return undefined;
  }
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function describe(error: unknown): object {
  if (!(error instanceof TensorDockError)) return { message: String(error) };
  return {
    code: error.code,
    message: error.message,
    status: error.status,
    serviceText: error.serviceText,
    issues: error instanceof BadRequestError ? error.issues : undefined,
    retryAfterMs: error instanceof RateLimitedError ? error.retryAfterMs : undefined,
  };
}

async function probe(client: TensorDockClient, command: CommandLine): Promise<void> {
  const instances = await report('listInstances', async () => (await client.listInstances()).instances);
  for (const { id } of instances ?? []) await report('getInstance', () => client.getInstance(id));
  if (command.only === undefined) {
    await report('listLocations', () => client.listLocations());
    const hostnodes = await report('listHostnodes', () => client.listHostnodes());
    const first = hostnodes?.[0];
    if (first) await report('getHostnode', () => client.getHostnode(first.id));
    await report('listSecrets', () => client.listSecrets());
  }
  if (command.lifecycle) await liveOnce(client, command);
}

/** Create, get, stop, modify, start and delete, each tried whatever the previous one answered. */
async function liveOnce(client: TensorDockClient, command: CommandLine): Promise<void> {
  const request = await createRequest(client, command);
  const created = await report('createInstance', () => client.createInstance(request));
  if (created === undefined) return;
  const { id } = created;
  const { gpus, ...sizes } = request.resources;

  const found = await report('getInstance', () => client.getInstance(id));
  const isMock = found !== undefined && found.name !== request.name;
  const patienceMs = isMock ? 0 : Number(command.patience) * 1000;
  await waitFor(client, id, ['running', 'error'], patienceMs);
  await report('stopInstance', () => client.stopInstance(id));
  await waitFor(client, id, ['stopped', 'stoppeddisassociated', 'error'], patienceMs);
  await report('modifyInstance', () =>
    client.modifyInstance(id, { ...sizes, vcpuCount: sizes.vcpuCount + 2, gpu: gpus[0] }),
  );
  await waitFor(client, id, ['stopped', 'stoppeddisassociated', 'error'], patienceMs);
  await report('startInstance', () => client.startInstance(id));
  await waitFor(client, id, ['running', 'error'], patienceMs);
  await report('getInstance', () => client.getInstance(id));
  await report('deleteInstance', () => client.deleteInstance(id));
}

async function createRequest(client: TensorDockClient, command: CommandLine): Promise<CreateRequest> {
  const model = command.gpu;
  const sshKeyId = command['ssh-key-id'];
  return {
    name: command.name,
    image: command.image,
    resources: {
      vcpuCount: Number(command.vcpus),
      ramGb: Number(command.ram),
      storageGb: Number(command.storage),
      gpus: model === 'none' ? [] : [{ model, count: Number(command['gpu-count']) }],
    },
    placement: await placement(client, command),
    portForwards: [{ internalPort: 22, externalPort: 0 }],
    ...(sshKeyId === undefined ? { sshKey: command['ssh-key'] ?? placeholderKey } : { sshKeyId }),
  };
}

/** A well-formed public key whose private half nobody has: the probe never logs in. */
const placeholderKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)} probe`;

async function placement(client: TensorDockClient, command: CommandLine): Promise<Placement | undefined> {
  if (command.hostnode !== undefined) return { hostnodeId: command.hostnode };
  if (command.location !== undefined) return { locationId: command.location };
  if (command.only !== undefined) return undefined;
  const locations = await client.listLocations().catch(() => []);
  const found = locations.find((location) => location.gpus.some((gpu) => gpu.model === command.gpu));
  return found && { locationId: found.id };
}

/** Polls until one of the states is reached, or time runs out (a static mock isn't waited for). */
async function waitFor(
  client: TensorDockClient,
  id: string,
  states: readonly InstanceState[],
  patienceMs: number,
): Promise<void> {
  const end = Date.now() + patienceMs;
  for (let pauseMs = 100; Date.now() < end; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    const instance = await client.getInstance(id).catch(() => undefined);
    if (instance !== undefined && states.includes(instance.state)) return;
    await sleep(pauseMs);
  }
}

async function main(): Promise<void> {
  let command: CommandLine;
  let client: TensorDockClient;
  try {
    command = readCommandLine(process.argv.slice(2));
    if (command.help) {
      process.stdout.write(usage);
      return;
    }
    const token = await readToken(command);
    client = new TensorDockClient({ origin: command.url ?? '', getToken: async () => token });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  await probe(client, command);
}

void main();
