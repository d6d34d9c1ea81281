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
import { goals, meaningOfRefusal, type StartOrStop } from './startOrStop';
import { type CallOptions, Transport, type TransportOptions } from './transport';
import type {
  ActionReply,
  CreateRequest,
  Hostnode,
  Instance,
  Location,
  ModifyRequest,
  Secret,
} from './types';

export interface ClientOptions extends TransportOptions {
  /** Where the dialect of an origin is remembered; in memory where missing. */
  readonly dialects?: DialectStore;
  /** Called with each list of locations that the service answers. */
  readonly onLocations?: (locations: readonly Location[]) => void;
}

/** The account's instances, from one answer. */
export interface InstanceList {
  readonly instances: readonly Instance[];
  /** IDs of the rows without details; `getInstance` has those. */
  readonly thinIds: readonly string[];
  /** How many rows had no usable ID, or the ID of an earlier row. */
  readonly droppedRows: number;
}

/** What is known right after a create: the ID, and perhaps name and state. */
export interface CreatedInstance extends ActionReply {
  readonly id: string;
}

/** The service accepted the request. `already`: the instance was in the wanted state before. */
export interface ActionResult extends ActionReply {
  readonly already: boolean;
}

/** `alreadyGone`: the service itself answered that there is no such ID. */
export interface DeleteResult {
  readonly alreadyGone: boolean;
  readonly message?: string;
}

const readMs = 30_000;
const changeMs = 60_000;
const createMs = 120_000;

/**
 * TensorDock over HTTP, in either dialect: one method per endpoint. Every failure is a `TensorDockError`. If a change
 * may have happened all the same, it's an `OutcomeUnknownError`.
 */
export class TensorDockClient {
  private readonly transport: Transport;
  private readonly dialects: DialectStore;
  private readonly decoding: DecodeOptions;
  private lastList: { readonly body: unknown; readonly list: InstanceList } | undefined;

  /** Throws `TensorDockError` (`bad-address`) if a token must not be sent to the origin. */
  constructor(private readonly options: ClientOptions) {
    this.transport = new Transport(options);
    this.dialects = options.dialects ?? inMemoryDialects();
    this.decoding = { loopback: isLoopback(new URL(this.transport.origin).hostname) };
  }

  /** The origin that this client calls. */
  get origin(): string {
    return this.transport.origin;
  }

  /**
   * All instances of the account; the same object if the service answered the same as the last time. An answer without
   * a list is an error, never an empty account.
   */
  async listInstances(options?: CallOptions): Promise<InstanceList> {
    const body = await this.transport.send(
      { method: 'GET', path: '/instances', timeoutMs: readMs, repeats: true },
      options,
    );
    const { lastList } = this;
    if (lastList && lastList.body === body) return lastList.list;
    const { instances, droppedRows } = fit(decodeInstances(body, this.decoding));
    this.learn(body);
    if (droppedRows > 0)
      this.transport.logger.warn(`${droppedRows} rows of the list have no ID of their own`);
    const list = { instances, droppedRows, thinIds: instances.filter(isThin).map(({ id }) => id) };
    this.lastList = { body, list };
    return list;
  }

  /** One instance with its details, under the ID in the answer. `NotFoundError` if it's gone. */
  async getInstance(id: string, options?: CallOptions): Promise<Instance> {
    const body = await this.read(`/instances/${segment(id)}`, options);
    const instance = fit(decodeInstance(body, id, this.decoding));
    this.learn(body);
    return instance;
  }

  /**
   * Creates an instance. If the service refuses the form of the request, which creates nothing, the request is sent
   * once more in the other dialect. Nothing else is ever sent twice.
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
        body: await encodeCreate(request, dialect),
        timeoutMs: createMs,
        secrets: [request.password],
      },
      options,
    );
    const reply = decodeActionReply(body);
    return { ...reply, id: fitChange(reply.id) };
  }

  /** Accepted, or already running. `NoCapacityError` if its GPU isn't available. */
  startInstance(id: string, options?: CallOptions): Promise<ActionResult> {
    return this.startOrStop('start', id, options);
  }

  /** Accepted, or already stopped. */
  stopInstance(id: string, options?: CallOptions): Promise<ActionResult> {
    return this.startOrStop('stop', id, options);
  }

  private async startOrStop(action: StartOrStop, id: string, options?: CallOptions): Promise<ActionResult> {
    try {
      const body = await this.transport.send(
        { method: 'POST', path: `/instances/${segment(id)}/${action}`, timeoutMs: changeMs },
        options,
      );
      return { ...decodeActionReply(body), already: false };
    } catch (refusal) {
      if (!(refusal instanceof BadRequestError)) throw refusal;
      const meaning = meaningOfRefusal(action, refusal);
      if (meaning === 'already') return { id, already: true, message: refusal.serviceText };
      if (meaning === 'refused') throw refusal;
      return await this.checkGoal(action, id, refusal, options);
    }
  }

  /** Reads the instance to find out whether a refusal means that it is already in the wanted state. */
  private async checkGoal(
    action: StartOrStop,
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

  /** Resizes a stopped instance. Every value is sent. */
  async modifyInstance(id: string, request: ModifyRequest, options?: CallOptions): Promise<ActionReply> {
    const path = `/instances/${segment(id)}/modify`;
    return decodeActionReply(
      await this.transport.send(
        { method: 'PUT', path, body: encodeModify(request), timeoutMs: changeMs },
        options,
      ),
    );
  }

  /** Deletes an instance and its disk. One that is already gone is a success. */
  async deleteInstance(id: string, options?: CallOptions): Promise<DeleteResult> {
    return this.delete(`/instances/${segment(id)}`, options);
  }

  /** The locations and what they offer. Empty is a normal answer. `NotFoundError` if the service has no such call. */
  async listLocations(options?: CallOptions): Promise<Location[]> {
    const locations = fit(decodeLocations(await this.read('/locations', options)));
    this.options.onLocations?.(locations);
    return locations;
  }

  /** The host nodes and what is available on them. Empty is a normal answer. `NotFoundError` as for locations. */
  async listHostnodes(options?: CallOptions): Promise<Hostnode[]> {
    return fit(decodeHostnodes(await this.read('/hostnodes', options)));
  }

  /** One host node, for `npm run probe`. */
  async getHostnode(id: string, options?: CallOptions): Promise<Hostnode> {
    return fit(decodeHostnode(await this.read(`/hostnodes/${segment(id)}`, options), id));
  }

  /** The names of the secrets, never their values. */
  async listSecrets(options?: CallOptions): Promise<Secret[]> {
    return fit(decodeSecrets(await this.read('/secrets', options)));
  }

  /** Stores a public key at TensorDock, where a create can name it by its ID. */
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

  /** Deletes a secret. One that is already gone is a success. */
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

/** The calls of the client, as a parameter type. */
export type TensorDockApi = Omit<TensorDockClient, 'origin'>;

/** Whether a row lacks what `getInstance` may know: sizes, or the address or ports of a running instance. */
export function isThin(instance: Instance): boolean {
  const reachable = instance.ipAddress !== undefined && instance.portForwards !== undefined;
  return instance.resources === undefined || (instance.state === 'running' && !reachable);
}

/** An ID as one path segment. Throws `NotFoundError` for an ID that nothing can have. */
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
