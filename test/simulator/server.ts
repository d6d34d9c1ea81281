import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { SimulatorOptions } from './options';
import { SimulatedService, type Outcome } from './service';
import { startBacking, type Backing } from './ssh/backing';

/** The simulated service on a real socket of this computer. */
export interface Simulator {
  /** The origin, for `tensordock.apiUrl`: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The first of `tokens`. */
  readonly token: string;
  readonly tokens: readonly string[];
  readonly service: SimulatedService;
  readonly world: SimulatedService['world'];
  readonly faults: SimulatedService['faults'];
  readonly requests: SimulatedService['requests'];
  /** Who may log in where instances are backed by SSH: for `tensordock.ssh.user`. */
  readonly sshUser: string;
  /** What answers on port 22 of a running instance, or undefined where nothing does. */
  readonly backing: Backing | undefined;
  /** Ends all connections, servers and processes. */
  close(): Promise<void>;
}

/** Starts a simulator; it listens on loopback only. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const service = new SimulatedService({ ...options, seed: 'empty' });
  const backing = await startBacking(service.world, options.ssh ?? 'none', options.authorizedKeys ?? []);
  service.plant(options.seed ?? 'empty');
  const server = createServer((request, response) => {
    void serve(service, request, response);
  });
  await listen(server, options.port ?? 0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    token: service.tokens[0] ?? '',
    tokens: service.tokens,
    service,
    world: service.world,
    faults: service.faults,
    requests: service.requests,
    sshUser: backing?.user ?? 'user',
    backing,
    async close() {
      service.dispose();
      await backing?.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function serve(
  service: SimulatedService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return; // The client went away before it had asked.
  }
  const outcome = await service.handle({
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: { authorization: request.headers.authorization },
    body: Buffer.concat(chunks).toString('utf8'),
  });
  send(outcome, response);
}

function send(outcome: Outcome, response: ServerResponse): void {
  switch (outcome.kind) {
    case 'never':
      return;
    case 'drop':
      response.destroy();
      return;
    case 'cut': {
      const body = Buffer.from(outcome.body);
      response.writeHead(outcome.status, { ...outcome.headers, 'content-length': body.length });
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
      return;
    }
    case 'answer':
      response.writeHead(outcome.status, { ...outcome.headers });
      response.end(outcome.body);
  }
}
