import { isWindows, type SimulatedInstance, type Refusal } from '../model';
import type { ServiceOptions, WireOptions } from '../options';
import { issue } from './reading';

/** An answer before it is serialized. Without `body`, its body is empty. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

/** The shapes in which the service writes and reads. */
export interface Dialect {
  /** How a create and a modify must be shaped. */
  readonly shape: 'specified' | 'live';
  readonly hasCatalogue: boolean;
  list(instances: readonly SimulatedInstance[]): Reply;
  instance(instance: SimulatedInstance): Reply;
  created(instance: SimulatedInstance): Reply;
  /** After a start or stop. */
  acted(instance: SimulatedInstance): Reply;
  modified(): Reply;
  deleted(): Reply;
  refusal(refusal: Refusal): Reply;
}

export type DialectMaker = (wire: WireOptions) => Dialect;

/** The common part of the options of a service and of its dialects. */
export type DialectOptions = Pick<ServiceOptions, 'dialect' | 'wire'>;

/** The HTTP status of a refusal if the service uses one. */
export const refusalStatus: Readonly<Record<Refusal['kind'], number>> = {
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'no-route': 404,
  method: 405,
  validation: 400,
  state: 400,
  port: 400,
  conflict: 409,
  capacity: 400,
  'no-gpu': 400,
  balance: 400,
  rate: 429,
};

/** The rule of port 22, which only the live service enforces. */
export function sshPortIssue(
  image: string,
  dedicatedIp: boolean,
  internalPorts: readonly number[],
): ReturnType<typeof issue>[] {
  if (isWindows(image) || dedicatedIp || internalPorts.includes(22)) return [];
  return [
    issue('custom', 'SSH port (22) must be forwarded for Ubuntu VMs', [
      'data',
      'attributes',
      'port_forwards',
    ]),
  ];
}
