import { delay } from '../../src/base/clock';
import type { Disposable } from '../../src/base/disposable';
import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { makeDialect } from './dialects/documented';
import type { Dialect, Reply } from './dialects/dialect';
import { hostnodes, locations, oneHostnode, secrets } from './dialects/catalogue';
import { readCreate, readModify, readSecret } from './dialects/requests';
import { errorIn200, Faults, type Fault } from './faults';
import { Refusal } from './model';
import type { SeedOption, ServiceOptions, TokenOption } from './options';
import { plant } from './seeds';
import { World } from './world';

export interface ServiceRequest {
  readonly method: string;
  /** Path and query: `/api/v2/instances?x=1`. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What comes back: an answer, one that breaks off, a closed connection, or nothing at all. */
export type Outcome =
  ({ readonly kind: 'answer' | 'cut' } & Answer) | { readonly kind: 'drop' } | { readonly kind: 'never' };

/** What is kept of a request. A token is in none of these. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** As JSON where it was; else the text; undefined where there was none. */
  readonly body: unknown;
  /** Milliseconds since the epoch, of the world's clock. */
  readonly time: number;
  readonly hasToken: boolean;
  /** Undefined where the token is not known. */
  readonly organization: string | undefined;
  /** Of the answer, once there is one. */
  status?: number;
}

const root = '/api/v2';
const minute = 60_000;

/** The service without a socket: a world, a dialect, who may ask, how often, and what goes wrong. */
export class SimulatedService implements Disposable {
  readonly world: World;
  readonly faults: Faults;
  readonly requests: RecordedRequest[] = [];
  readonly tokens: readonly string[];
  /** May be changed while it runs: the service answers differently from then on. */
  dialect: Dialect;
  private readonly access = new Map<string, TokenOption>();
  private readonly asked = new Map<string, number[]>();

  constructor(private readonly options: ServiceOptions = {}) {
    this.world = new World(options);
    this.faults = new Faults(this.world.random);
    this.dialect = makeDialect(options.dialect ?? 'live', options.wire ?? {});
    for (const entry of options.tokens ?? [randomBytes(16).toString('hex')]) {
      const option = typeof entry === 'string' ? { token: entry } : entry;
      this.access.set(option.token, option);
    }
    this.tokens = [...this.access.keys()];
    this.plant(options.seed ?? 'empty');
  }

  dispose(): void {
    this.world.dispose();
  }

  /** Puts the first instances into the world. */
  plant(seed: SeedOption): void {
    plant(this.world, seed);
  }

  /** From outside: a token that was good is good no more. */
  revoke(token: string): void {
    this.access.delete(token);
  }

  /** Answers one request. Never rejects; waits by the world's clock. */
  async handle(request: ServiceRequest): Promise<Outcome> {
    const { pathname, search } = new URL(request.url, 'http://simulator.invalid');
    const access = this.access.get(bearer(request));
    const record: RecordedRequest = {
      method: request.method,
      path: pathname,
      query: this.redact(search),
      body: parse(request.body),
      time: this.world.clock.now(),
      hasToken: bearer(request) !== '',
      organization: access === undefined ? undefined : (access.organization ?? 'main'),
    };
    this.requests.push(record);
    const outcome = await this.spoil(this.faults.take(request.method, pathname), () =>
      this.answer(record, access),
    );
    if ('status' in outcome) record.status = outcome.status;
    return outcome;
  }

  private async spoil(fault: Fault | undefined, handle: () => Promise<Answer>): Promise<Outcome> {
    if (fault === undefined) return { kind: 'answer', ...(await handle()) };
    switch (fault.kind) {
      case 'slow':
        await delay(this.world.clock, fault.ms);
        return { kind: 'answer', ...(await handle()) };
      case 'late': {
        const answer = await handle();
        await delay(this.world.clock, fault.ms);
        return { kind: 'answer', ...answer };
      }
      case 'drop':
      case 'never':
        if (fault.when === 'after') await handle();
        return { kind: fault.kind };
      case 'cut':
        return { kind: 'cut', ...(await handle()) };
      case 'empty':
        return { kind: 'answer', ...(await handle()), body: '' };
      case 'body':
        await handle();
        return text(200, fault.body, fault.contentType ?? 'application/json');
      case 'html':
        if (fault.handled === true) await handle();
        return text(
          fault.status,
          `<html><body><h1>${fault.status} ${STATUS_CODES[fault.status] ?? ''}</h1></body></html>`,
          'text/html',
        );
      case 'rate-limited':
        return {
          kind: 'answer',
          ...this.write(this.dialect.refusal(tooMany()), withDefined({ 'retry-after': fault.retryAfter })),
        };
      case 'status':
        if (fault.handled === true) await handle();
        return { kind: 'answer', ...this.write({ status: fault.status, body: fault.body }) };
      case 'error-in-200':
        return { kind: 'answer', ...this.write({ status: 200, body: errorIn200(fault) }) };
      case 'redirect':
        return {
          kind: 'answer',
          status: fault.status ?? 302,
          headers: { location: fault.location },
          body: '',
        };
    }
  }

  private async answer(record: RecordedRequest, access: TokenOption | undefined): Promise<Answer> {
    const { delays } = this.world.settings;
    const isCreate = record.method === 'POST' && record.path === `${root}/instances`;
    const wait = delays.latency + (isCreate ? delays.create : 0);
    if (wait > 0) await delay(this.world.clock, wait);
    try {
      const organization = access?.organization ?? 'main';
      const retryAfter =
        access === undefined || access.forbidden === true ? undefined : this.overLimit(organization);
      if (retryAfter !== undefined)
        return this.write(this.dialect.refusal(tooMany()), this.retryHeader(retryAfter));
      // Locations are public: without a token, nobody's limit counts them.
      if (record.path === `${root}/locations` && this.dialect.hasCatalogue && record.method === 'GET') {
        return this.write({ status: 200, body: locations(this.world.capacity) });
      }
      if (access === undefined) throw new Refusal('unauthorized', 'Invalid API credentials');
      if (access.forbidden === true) throw new Refusal('forbidden', 'Access denied');
      return this.write(this.route(organization, record));
    } catch (error) {
      if (error instanceof Refusal) return this.write(this.dialect.refusal(error));
      throw error;
    }
  }

  private route(organization: string, { method, path, body }: RecordedRequest): Reply {
    const [kind, id, action, ...rest] = path.startsWith(`${root}/`)
      ? path.slice(root.length + 1).split('/')
      : [];
    if (rest.length > 0) throw notThere();
    if (kind === 'instances') return this.instances(organization, method, body, id, action);
    if (kind === 'auth' && id === 'test' && this.dialect.hasCatalogue && action === undefined) {
      if (method !== 'POST') throw wrongMethod();
      return { status: 200, body: { success: true, organizationId: organization } };
    }
    if (!this.dialect.hasCatalogue || action !== undefined) throw notThere();
    if (kind === 'hostnodes') return this.hostnodes(method, id);
    if (kind === 'secrets') return this.secrets(organization, method, body, id);
    throw notThere();
  }

  private instances(
    organization: string,
    method: string,
    body: unknown,
    id?: string,
    action?: string,
  ): Reply {
    const { world, dialect } = this;
    if (id === undefined) {
      if (method === 'GET') return dialect.list(world.list(organization));
      if (method !== 'POST') throw wrongMethod();
      return dialect.created(world.create(organization, readCreate(dialect.shape, body)));
    }
    switch (`${method} ${action ?? ''}`) {
      case 'GET ':
        return dialect.instance(world.get(organization, id));
      case 'DELETE ':
        world.delete(organization, id);
        return dialect.deleted();
      case 'POST start':
        return dialect.acted({ ...world.start(organization, id), status: 'starting' });
      case 'POST stop':
        return dialect.acted({ ...world.stop(organization, id), status: 'stopping' });
      case 'PUT modify':
        world.modify(organization, id, readModify(world.get(organization, id), body));
        return dialect.modified();
      default:
        throw action === undefined || ['start', 'stop', 'modify'].includes(action)
          ? wrongMethod()
          : notThere();
    }
  }

  private hostnodes(method: string, id: string | undefined): Reply {
    if (method !== 'GET') throw wrongMethod();
    if (id === undefined) return { status: 200, body: hostnodes(this.world.capacity) };
    const body = oneHostnode(this.world.capacity, id);
    if (body === undefined) throw new Refusal('not-found', 'Hostnode not found');
    return { status: 200, body };
  }

  private secrets(organization: string, method: string, body: unknown, id: string | undefined): Reply {
    const { world } = this;
    if (id === undefined) {
      if (method === 'GET') return { status: 200, body: secrets(world.secrets.list(organization)) };
      if (method !== 'POST') throw wrongMethod();
      const given = readSecret(body);
      const made = world.secrets.add(organization, given.name, given.kind, given.value);
      return { status: 200, body: { data: { type: 'secret', id: made.id, name: made.name } } };
    }
    if (method === 'GET') {
      const { name, kind, value } = world.secrets.get(organization, id);
      return {
        status: 200,
        body: { data: { type: 'secret', id, name, ...(kind === 'SECRET' ? {} : { value }) } },
      };
    }
    if (method !== 'DELETE') throw wrongMethod();
    world.secrets.delete(organization, id);
    return { status: 200, body: { data: { type: 'success', message: 'Secret deleted successfully' } } };
  }

  /** Counts a request; milliseconds until the next is allowed where this one is too many. */
  private overLimit(organization: string): number | undefined {
    const limit = this.options.rateLimit ?? 100;
    if (limit === false) return undefined;
    const now = this.world.clock.now();
    const recent = (this.asked.get(organization) ?? []).filter((time) => time > now - minute);
    this.asked.set(organization, recent);
    if (recent.length >= limit) return (recent[0] ?? now) + minute - now;
    recent.push(now);
    return undefined;
  }

  private retryHeader(ms: number): Record<string, string> {
    switch (this.options.wire?.retryAfter ?? 'seconds') {
      case 'seconds':
        return { 'retry-after': String(Math.ceil(ms / 1000)) };
      case 'date':
        return {
          'retry-after': new Date(Math.ceil((this.world.clock.now() + ms) / 1000) * 1000).toUTCString(),
        };
      case 'none':
        return {};
    }
  }

  private write(reply: Reply, headers: Readonly<Record<string, string>> = {}): Answer {
    if (reply.body === undefined) return { status: reply.status, headers, body: '' };
    return {
      status: reply.status,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(reply.body),
    };
  }

  private redact(query: string): string {
    return this.tokens.reduce((rest, token) => rest.replaceAll(token, '***'), query);
  }
}

function bearer(request: ServiceRequest): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function parse(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function text(status: number, body: string, contentType: string): Outcome {
  return { kind: 'answer', status, headers: { 'content-type': contentType }, body };
}

function withDefined(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function tooMany(): Refusal {
  return new Refusal('rate', 'Rate limit exceeded. Please try again later.');
}

function notThere(): Refusal {
  return new Refusal('no-route', 'Not found');
}

function wrongMethod(): Refusal {
  return new Refusal('method', 'Method not allowed');
}
