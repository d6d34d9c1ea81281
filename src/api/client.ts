import type { DialectStore } from './dialect';
import type { CallOptions, TransportOptions } from './transport';
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

/** The public face of this folder; see the methods. */
export interface TensorDockApi {
  listInstances(options?: CallOptions): Promise<InstanceList>;
  getInstance(id: string, options?: CallOptions): Promise<Instance>;
  createInstance(request: CreateRequest, options?: CallOptions): Promise<CreatedInstance>;
  startInstance(id: string, options?: CallOptions): Promise<ActionResult>;
  stopInstance(id: string, options?: CallOptions): Promise<ActionResult>;
  modifyInstance(id: string, request: ModifyRequest, options?: CallOptions): Promise<ActionReply>;
  deleteInstance(id: string, options?: CallOptions): Promise<DeleteResult>;
  listLocations(options?: CallOptions): Promise<Location[]>;
  listHostnodes(options?: CallOptions): Promise<Hostnode[]>;
  getHostnode(id: string, options?: CallOptions): Promise<Hostnode>;
  listSecrets(options?: CallOptions): Promise<Secret[]>;
  createSecret(name: string, value: string, kind: 'SSHKEY', options?: CallOptions): Promise<Secret>;
  deleteSecret(id: string, options?: CallOptions): Promise<DeleteResult>;
}

/** TensorDock over HTTP: one method an endpoint, in either dialect. */
export declare class TensorDockClient implements TensorDockApi {
  constructor(options: ClientOptions);
  listInstances(options?: CallOptions): Promise<InstanceList>;
  getInstance(id: string, options?: CallOptions): Promise<Instance>;
  createInstance(request: CreateRequest, options?: CallOptions): Promise<CreatedInstance>;
  startInstance(id: string, options?: CallOptions): Promise<ActionResult>;
  stopInstance(id: string, options?: CallOptions): Promise<ActionResult>;
  modifyInstance(id: string, request: ModifyRequest, options?: CallOptions): Promise<ActionReply>;
  deleteInstance(id: string, options?: CallOptions): Promise<DeleteResult>;
  listLocations(options?: CallOptions): Promise<Location[]>;
  listHostnodes(options?: CallOptions): Promise<Hostnode[]>;
  getHostnode(id: string, options?: CallOptions): Promise<Hostnode>;
  listSecrets(options?: CallOptions): Promise<Secret[]>;
  createSecret(name: string, value: string, kind: 'SSHKEY', options?: CallOptions): Promise<Secret>;
  deleteSecret(id: string, options?: CallOptions): Promise<DeleteResult>;
}
