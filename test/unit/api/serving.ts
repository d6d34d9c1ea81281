import { afterEach, expect } from 'vitest';
import { TensorDockClient } from '../../../src/api/client';
import { TensorDockError } from '../../../src/api/errors';
import type { RequestInfo } from '../../../src/api/transport';
import type { CreateRequest } from '../../../src/api/types';
import type { Logger } from '../../../src/base/logger';
import { ManualClock } from '../../simulator/clock';
import { lists } from './bodies';
import { type Handler, json, startServer, type TestServer } from './httpServer';

export const token = 'S3cretT0kenS3cretT0ken';

export const password = 'Pa55w0rdPa55w0rd';

/** A create that carries a password. */
export const create: CreateRequest = {
  name: 'n',
  image: 'windows10',
  resources: { vcpuCount: 4, ramGb: 8, storageGb: 200, gpus: [{ model: 'm', count: 1 }] },
  password,
};

/** A list as it is seen live. */
export const list = json(200, lists['as seen live']);

let servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

/** A server that answers so, in turn; it ends with the test. */
export async function serve(...handlers: Handler[]): Promise<TestServer> {
  const server = await startServer(...handlers);
  servers.push(server);
  return server;
}

/** A client, with what it logged and requested. */
export interface ServedClient {
  readonly client: TensorDockClient;
  readonly clock: ManualClock;
  readonly lines: string[];
  readonly requests: RequestInfo[];
}

/** A client of a server. */
export function clientOf(origin: string, clock = new ManualClock()): ServedClient {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const logger: Logger = { trace: write, debug: write, info: write, warn: write, error: write };
  const requests: RequestInfo[] = [];
  const client = new TensorDockClient({
    origin,
    clock,
    logger,
    random: () => 0.5,
    getToken: async () => token,
    beforeRequest: async (info) => void requests.push(info),
  });
  return { client, clock, lines, requests };
}

/** The error that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<TensorDockError> {
  const error = await call.then(
    () => new Error('It did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TensorDockError);
  return error as TensorDockError;
}
