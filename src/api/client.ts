import * as l10n from '@vscode/l10n';
import { AnswerProblem, unreadable } from './answer';
import {
  decodeHostnode,
  decodeHostnodes,
  decodeLocations,
  decodeSecret,
  decodeSecrets,
} from './decodeCatalogue';
import { type DecodeOptions, decodeActionReply, decodeInstance, decodeInstances } from './decodeInstance';
import {
  type Dialect,
  type DialectStore,
  inMemoryDialects,
  inferDialect,
  otherDialect,
  refusesShape,
} from './dialect';
import { encodeCreate, encodeModify, encodeSecret } from './encode';
import { BadRequestError, NotFoundError, TensorDockError } from './errors';
import { readId } from './fields';
import { isLoopback } from './origin';
import { type CallOptions, Transport, type TransportOptions } from './transport';
import type {
  ActionReply,
  CreateRequest,
  Hostnode,
  Instance,
  InstanceState,
  Location,
  ModifyRequest,
  Secret,
} from './types';

export interface ClientOptions extends TransportOptions {
  /** Where the dialect of an origin is remembered; in memory where missing. */
  readonly dialects?: DialectStore;
}

/** The account's instances as one answer told them. */
export interface InstanceList {
  readonly instances: readonly Instance[];
  /** Ids of the rows whose details the list left out; `getInstance` fills them in. */
  readonly thinIds: readonly string[];
  /** Rows that had no usable id, or the id of a row before them. */
  readonly droppedRows: number;
}

/** What is known right after a create: the id, and perhaps name and state. */
export interface CreatedInstance extends ActionReply {
  readonly id: string;
}

/** The service took the wish; `already` where the instance was in that state before. */
export interface ActionResult extends ActionReply {
  readonly already: boolean;
}

/** `alreadyGone`: the service no longer knew the id, which is what was wanted. */
export interface DeleteResult {
  readonly alreadyGone: boolean;
  readonly message?: string;
}

const readMs = 30_000;
const changeMs = 60_000;
const createMs = 120_000;

/**
 * TensorDock over HTTP: one method an endpoint, in either dialect. Every failure is a `TensorDockError`; one
 * of a changing call that leaves open whether it was done is an `OutcomeUnknownError`.
 */
export class TensorDockClient {
  private readonly transport: Transport;
  private readonly dialects: DialectStore;
  private readonly decoding: DecodeOptions;

  /** Throws `TensorDockError` (`bad-address`) where the origin is none that a token may be sent to. */
  constructor(options: ClientOptions) {
    this.transport = new Transport(options);
    this.dialects = options.dialects ?? inMemoryDialects();
    this.decoding = { loopback: isLoopback(new URL(this.transport.origin).hostname) };
  }

  /** The origin that this client speaks to. */
  get origin(): string {
    return this.transport.origin;
  }

  /** All instances of the account. An answer without a list is an error, never an empty account. */
  async listInstances(options?: CallOptions): Promise<InstanceList> {
    const body = await this.read('/instances', options);
    const { instances, droppedRows } = fit(decodeInstances(body, this.decoding));
    this.learn(body);
    if (droppedRows > 0)
      this.transport.logger.warn(`${droppedRows} rows of the list have no id of their own`);
    return { instances, droppedRows, thinIds: instances.filter(isThin).map((instance) => instance.id) };
  }

  /** One instance with its details; its id is the one that the answer names. `NotFoundError` for a gone one. */
  async getInstance(id: string, options?: CallOptions): Promise<Instance> {
    const body = await this.read(`/instances/${segment(id)}`, options);
    const instance = fit(decodeInstance(body, id, this.decoding));
    this.learn(body);
    return instance;
  }

  /**
   * Makes an instance. A refusal of the form of the request, which makes nothing, is answered once by the
   * other dialect; nothing else is ever sent twice.
   */
  async createInstance(request: CreateRequest, options?: CallOptions): Promise<CreatedInstance> {
    const known = this.dialects.get(this.origin);
    const first = known ?? 'specified';
    try {
      return await this.createIn(first, request, options);
    } catch (refusal) {
      if (!(refusal instanceof BadRequestError) || !refusesShape(refusal, known)) throw refusal;
      try {
        return await this.createIn(otherDialect(first), request, options);
      } catch (second) {
        throw second instanceof BadRequestError && refusesShape(second, known) ? refusal : second;
      }
    }
  }

  private async createIn(
    dialect: Dialect,
    request: CreateRequest,
    options?: CallOptions,
  ): Promise<CreatedInstance> {
    const body = await this.transport.send(
      {
        method: 'POST',
        path: '/instances',
        body: encodeCreate(request, dialect),
        timeoutMs: createMs,
        secrets: [request.password],
      },
      options,
    );
    const reply = decodeActionReply(body);
    return { ...reply, id: fitChange(reply.id) };
  }

  /** Accepted, or running already; `NoCapacityError` where its GPU is taken. */
  startInstance(id: string, options?: CallOptions): Promise<ActionResult> {
    return this.startOrStop('start', id, options);
  }

  /** Accepted, or stopped already. */
  stopInstance(id: string, options?: CallOptions): Promise<ActionResult> {
    return this.startOrStop('stop', id, options);
  }

  private async startOrStop(action: Action, id: string, options?: CallOptions): Promise<ActionResult> {
    try {
      const body = await this.transport.send(
        { method: 'POST', path: `/instances/${segment(id)}/${action}`, timeoutMs: changeMs },
        options,
      );
      return { ...decodeActionReply(body), already: false };
    } catch (refusal) {
      if (!(refusal instanceof BadRequestError)) throw refusal;
      const text = refusal.serviceText ?? '';
      if (already[action].test(text)) return { id, already: true, message: text };
      if (refusal.code !== 'conflict' && !perhaps.test(text)) throw refusal;
      return await this.settledBy(action, id, refusal, options);
    }
  }

  /** A refusal that may mean "it is so already" is settled by the instance itself. */
  private async settledBy(
    action: Action,
    id: string,
    refusal: BadRequestError,
    options?: CallOptions,
  ): Promise<ActionResult> {
    const instance = await this.getInstance(id, options).catch((error: unknown) => {
      if (error instanceof TensorDockError) throw refusal;
      throw error;
    });
    if (!goals[action].includes(instance.state)) throw refusal;
    return { id, name: instance.name, state: instance.state, already: true, message: refusal.serviceText };
  }

  /** Changes the size of a stopped instance; every value is sent. */
  async modifyInstance(id: string, request: ModifyRequest, options?: CallOptions): Promise<ActionReply> {
    const path = `/instances/${segment(id)}/modify`;
    return decodeActionReply(
      await this.transport.send(
        { method: 'PUT', path, body: encodeModify(request), timeoutMs: changeMs },
        options,
      ),
    );
  }

  /** Ends an instance and its disk; one that is gone already is a success. */
  async deleteInstance(id: string, options?: CallOptions): Promise<DeleteResult> {
    return this.delete(`/instances/${segment(id)}`, options);
  }

  /** What is offered where; empty is a normal answer. `NotFoundError` where the service has no such call. */
  async listLocations(options?: CallOptions): Promise<Location[]> {
    return fit(decodeLocations(await this.read('/locations', options)));
  }

  /** The hosts and what is free on them; empty is a normal answer. `NotFoundError` as for locations. */
  async listHostnodes(options?: CallOptions): Promise<Hostnode[]> {
    return fit(decodeHostnodes(await this.read('/hostnodes', options)));
  }

  async getHostnode(id: string, options?: CallOptions): Promise<Hostnode> {
    return fit(decodeHostnode(await this.read(`/hostnodes/${segment(id)}`, options), id));
  }

  /** The secrets' names, never their values. */
  async listSecrets(options?: CallOptions): Promise<Secret[]> {
    return fit(decodeSecrets(await this.read('/secrets', options)));
  }

  /** Keeps a public key at TensorDock, where a create can name it by the id. */
  async createSecret(name: string, value: string, kind: 'SSHKEY', options?: CallOptions): Promise<Secret> {
    const body = await this.transport.send(
      {
        method: 'POST',
        path: '/secrets',
        body: encodeSecret(name, value, kind),
        timeoutMs: changeMs,
        secrets: [value],
      },
      options,
    );
    const secret = fitChange(decodeSecret(body));
    return { id: secret.id, name: secret.name === secret.id ? name : secret.name, kind: secret.kind ?? kind };
  }

  async deleteSecret(id: string, options?: CallOptions): Promise<DeleteResult> {
    return this.delete(`/secrets/${segment(id)}`, options);
  }

  private async delete(path: string, options?: CallOptions): Promise<DeleteResult> {
    try {
      const body = await this.transport.send({ method: 'DELETE', path, timeoutMs: changeMs }, options);
      const { message } = decodeActionReply(body);
      return message === undefined ? { alreadyGone: false } : { alreadyGone: false, message };
    } catch (error) {
      if (error instanceof NotFoundError) return { alreadyGone: true };
      throw error;
    }
  }

  private read(path: string, options?: CallOptions): Promise<unknown> {
    return this.transport.send({ method: 'GET', path, timeoutMs: readMs }, options);
  }

  private learn(body: unknown): void {
    const dialect = inferDialect(body);
    if (dialect !== undefined && dialect !== this.dialects.get(this.origin))
      this.dialects.set(this.origin, dialect);
  }
}

/** The calls of the client, for those who take it as a parameter. */
export type TensorDockApi = Omit<TensorDockClient, 'origin'>;

type Action = 'start' | 'stop';

const already: Readonly<Record<Action, RegExp>> = {
  start: /already (running|started|on)\b/i,
  stop: /already (stopped|off|shut)|stoppeddisassociated, therefore it cannot be stopped/i,
};
/** Words that may mean that the goal is reached, or that something else is under way. */
const perhaps = /must be (stopped|running)|not running|is (running|stopped)/i;
const goals: Readonly<Record<Action, readonly InstanceState[]>> = {
  start: ['running', 'starting', 'creating'],
  stop: ['stopped', 'stoppeddisassociated', 'stopping'],
};

/** Whether a row of a list leaves out what `getInstance` may tell: sizes, or a running one's address or ports. */
export function isThin(instance: Instance): boolean {
  const reachable = instance.ipAddress !== undefined && instance.portForwards !== undefined;
  return instance.resources === undefined || (instance.state === 'running' && !reachable);
}

/** An id as one segment of a path; throws `NotFoundError` for one that no instance can have. */
function segment(id: string): string {
  const usable = readId(id);
  if (usable === undefined) throw new NotFoundError(l10n.t('TensorDock has nothing with this ID.'));
  return encodeURIComponent(usable);
}

function fit<T>(decoded: T | undefined): T {
  if (decoded === undefined) throw unreadable(new AnswerProblem('unfit'), false, {});
  return decoded;
}

function fitChange<T>(decoded: T | undefined): T {
  if (decoded === undefined) throw unreadable(new AnswerProblem('unfit'), true, {});
  return decoded;
}
