/** What the simulated world holds. Nothing here knows how it is written on the wire. */

export interface Gpu {
  readonly model: string;
  readonly count: number;
}

export interface Sizes {
  readonly vcpus: number;
  readonly ramGb: number;
  readonly storageGb: number;
  readonly gpus: readonly Gpu[];
}

export interface Forward {
  readonly internal: number;
  /** 0 in a request: any. */
  readonly external: number;
}

export interface SimulatedInstance {
  readonly id: string;
  readonly organization: string;
  /** Counts up from 1; decides what a mixed list tells of it. */
  readonly serial: number;
  name: string;
  readonly image: string;
  /** The service's word, lower case. */
  status: string;
  sizes: Sizes;
  /** It was made with a GPU, and cannot start without one. */
  readonly needsGpu: boolean;
  /** Its GPUs are taken from its hostnode's. */
  holdsGpus: boolean;
  readonly hostnodeId: string;
  readonly locationId: string;
  readonly dedicatedIp: boolean;
  /** An external port other than 0 is reserved for this instance. */
  readonly wantedForwards: readonly Forward[];
  /** Shows `stoppeddisassociated` for a moment, though it is booting. */
  blinking: boolean;
  ipAddress: string;
  forwards: readonly Forward[];
  /** US dollars. */
  rateHourly: number;
  readonly keys: readonly string[];
  /** Port 22 answers. */
  sshUp: boolean;
  /** Its keys are accepted there. */
  keysReady: boolean;
  readonly visibleAt: number;
  readonly cloudInit: unknown;
}

export interface Prices {
  readonly vcpu: number;
  readonly ramGb: number;
  readonly storageGb: number;
}

export interface HostGpu {
  readonly model: string;
  readonly displayName: string;
  readonly price: number;
  available: number;
}

export interface Host {
  readonly id: string;
  readonly locationId: string;
  readonly gpus: HostGpu[];
  vcpus: number;
  ramGb: number;
  storageGb: number;
  readonly maxVcpusPerGpu: number;
  readonly maxRamGbPerGpu: number;
  /** The external ports that nobody has now. */
  ports: readonly number[];
  publicIps: number;
  readonly prices: Prices;
  readonly networkGbps: number;
  readonly uploadGbps: number;
  /** Takes port forwards in a create and does nothing about them. */
  readonly ignoresForwards: boolean;
  online: boolean;
}

export interface SimulatedLocation {
  readonly id: string;
  readonly city: string;
  readonly stateProvince: string;
  readonly country: string;
  readonly tier: number;
  readonly organizationName: string;
  readonly networkStorage: boolean;
}

export interface Secret {
  readonly id: string;
  readonly organization: string;
  readonly name: string;
  readonly kind: string;
  readonly value: string;
}

/** What a create asks for, however it was written. */
export interface CreateOrder {
  readonly name: string;
  readonly image: string;
  readonly sizes: Sizes;
  readonly locationId?: string;
  readonly hostnodeId?: string;
  readonly dedicatedIp: boolean;
  readonly forwards?: readonly Forward[];
  readonly sshKey?: string;
  readonly sshKeyId?: string;
  readonly password?: string;
  readonly cloudInit?: unknown;
}

/** What a modify asks for; what is left out stays. */
export interface ModifyOrder {
  readonly vcpus?: number;
  readonly ramGb?: number;
  readonly storageGb?: number;
  readonly gpu?: Gpu;
}

/** One thing that is wrong with a request, in the words of the service's validator. */
export interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly [detail: string]: unknown;
}

export type RefusalKind =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'no-route'
  | 'method'
  | 'validation'
  | 'state'
  | 'port'
  | 'conflict'
  | 'capacity'
  | 'no-gpu'
  | 'balance'
  | 'rate';

/** The service says no. Each dialect writes it in its own way. */
export class Refusal extends Error {
  constructor(
    readonly kind: RefusalKind,
    message: string,
    readonly issues: readonly Issue[] = [],
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function isWindows(image: string): boolean {
  return image.startsWith('windows');
}
