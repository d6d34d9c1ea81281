/** The domain: what the rest of the extension knows about TensorDock, whatever the dialect. */

/**
 * The state of an instance. `stoppeddisassociated` is the service's word for a stopped instance whose GPU went back to
 * the pool. `unknown` keeps a row whose status word is new.
 */
export type InstanceState =
  | 'creating'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'stoppeddisassociated'
  | 'deleting'
  | 'deleted'
  | 'error'
  | 'unknown';

/** A GPU model by its ID (the service's `v0Name`, such as `geforcertx4090-pcie-24gb`) and how many. */
export interface GpuAllocation {
  readonly model: string;
  readonly count: number;
}

/** Sizes in GB as the service counts them. A missing field is unknown. */
export interface Resources {
  readonly vcpuCount?: number;
  readonly ramGb?: number;
  readonly storageGb?: number;
  /** Empty: none (an instance without a GPU, or one that lost its GPU). */
  readonly gpus?: readonly GpuAllocation[];
}

/** `internalPort` of the instance is reached as `externalPort` of its `ipAddress`. */
export interface PortForward {
  readonly internalPort: number;
  readonly externalPort: number;
}

/**
 * An instance as the service describes it. Only `id`, `name`, and `state` are always there: a list may leave out the
 * others, and then they're missing until `getInstance`.
 */
export interface Instance {
  readonly id: string;
  /** Text from outside, not unique, shown as plain text only. The ID if there is no name. */
  readonly name: string;
  readonly state: InstanceState;
  /** The service's status word as written; empty if there is none. */
  readonly statusText: string;
  /** Missing until the service assigns one. */
  readonly ipAddress?: string;
  /** Missing: unknown. Empty: none (a dedicated IP, or a location that ignores port forwards). */
  readonly portForwards?: readonly PortForward[];
  readonly resources?: Resources;
  /** US dollars per hour. A stopped instance may cost something else. */
  readonly rateHourly?: number;
  readonly locationId?: string;
  readonly image?: string;
}

/** US dollars per hour for one vCPU or GB. */
export interface UnitPrices {
  readonly vcpuHourly?: number;
  readonly ramGbHourly?: number;
  readonly storageGbHourly?: number;
}

/** A GPU model offered at a location, with what one instance may have there. */
export interface LocationGpu {
  readonly model: string;
  readonly displayName: string;
  readonly maxCount?: number;
  /** US dollars per hour for one GPU. */
  readonly priceHourly?: number;
  readonly maxVcpus?: number;
  readonly maxRamGb?: number;
  readonly maxStorageGb?: number;
  readonly prices: UnitPrices;
  readonly dedicatedIpAvailable?: boolean;
  readonly portForwardingAvailable?: boolean;
  readonly networkStorageAvailable?: boolean;
}

export interface Location {
  readonly id: string;
  readonly city?: string;
  readonly stateProvince?: string;
  readonly country?: string;
  /** 0 (a residential host) to 4 (a datacenter). */
  readonly tier?: number;
  readonly gpus: readonly LocationGpu[];
}

export interface HostnodeGpu {
  readonly model: string;
  readonly availableCount?: number;
  readonly priceHourly?: number;
}

export interface Hostnode {
  readonly id: string;
  readonly locationId?: string;
  readonly engine?: string;
  readonly uptimePercentage?: number;
  readonly gpus: readonly HostnodeGpu[];
  readonly vcpuCount?: number;
  readonly ramGb?: number;
  readonly storageGb?: number;
  readonly maxVcpusPerGpu?: number;
  readonly maxRamGbPerGpu?: number;
  readonly maxVcpus?: number;
  readonly maxRamGb?: number;
  readonly maxStorageGb?: number;
  readonly availablePorts: readonly number[];
  readonly publicIpAvailable?: boolean;
  readonly prices: UnitPrices;
  readonly city?: string;
  readonly stateProvince?: string;
  readonly country?: string;
  readonly tier?: number;
  readonly networkSpeedGbps?: number;
  readonly networkSpeedUploadGbps?: number;
  readonly hasNetworkStorage?: boolean;
  readonly organizationName?: string;
}

/** A secret stored at TensorDock. `kind` is the service's word: `SSHKEY`, `GENERIC`, ... */
export interface Secret {
  readonly id: string;
  readonly name: string;
  readonly kind?: string;
}

/** cloud-init as the live service takes it, an object. The specified dialect sends it as YAML text. */
export interface CloudInit {
  readonly packageUpdate?: boolean;
  readonly packageUpgrade?: boolean;
  readonly packages?: readonly string[];
  readonly runcmd?: readonly (string | readonly string[])[];
  readonly writeFiles?: readonly {
    readonly path: string;
    readonly content: string;
    readonly owner?: string;
    readonly permissions?: string;
  }[];
}

/** Where to create an instance: exactly one of the two. */
export type Placement = { readonly locationId: string } | { readonly hostnodeId: string };

/** Everything a create can send. `externalPort` 0 lets the service pick one. `rules.ts` says what is valid. */
export interface CreateRequest {
  readonly name: string;
  readonly image: string;
  readonly resources: {
    readonly vcpuCount: number;
    readonly ramGb: number;
    readonly storageGb: number;
    readonly gpus: readonly GpuAllocation[];
  };
  readonly placement?: Placement;
  readonly useDedicatedIp?: boolean;
  readonly portForwards?: readonly PortForward[];
  readonly sshKey?: string;
  readonly sshKeyId?: string;
  /** Windows images only. Never stored, never logged. */
  readonly password?: string;
  readonly cloudInit?: CloudInit;
}

/** Every value is sent, unchanged ones too. Only an instance without a GPU leaves out `gpu`. */
export interface ModifyRequest {
  readonly vcpuCount: number;
  readonly ramGb: number;
  readonly storageGb: number;
  readonly gpu?: GpuAllocation;
}

/** The service's answer to a change, often just ID and state. */
export interface ActionReply {
  readonly id?: string;
  readonly name?: string;
  readonly state?: InstanceState;
  readonly message?: string;
}
