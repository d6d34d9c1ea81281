/** The domain: what the rest of the extension knows of TensorDock, whatever the service's dialect. */

/**
 * Where an instance is in its life. `stoppeddisassociated` is the service's own word for a stopped instance
 * whose GPU went back to the pool; `unknown` keeps a row whose status word is new to us.
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

/** A GPU model by the service's id (its `v0Name`, for example `geforcertx4090-pcie-24gb`) and how many. */
export interface GpuAllocation {
  readonly model: string;
  readonly count: number;
}

/** Sizes in GB as the service counts them. A missing field means the service did not say. */
export interface Resources {
  readonly vcpuCount?: number;
  readonly ramGb?: number;
  readonly storageGb?: number;
  /** Empty: the service said there is none (a CPU machine, or a GPU that was lost). */
  readonly gpus?: readonly GpuAllocation[];
}

/** `internalPort` of the instance is reached as `externalPort` of its `ipAddress`. */
export interface PortForward {
  readonly internalPort: number;
  readonly externalPort: number;
}

/**
 * An instance as the service told it. Only `id`, `name` and `state` are always there: a list may be thin, and
 * then the other fields are missing until the instance was asked for by itself.
 */
export interface Instance {
  readonly id: string;
  /** Text from outside, not unique, shown as plain text only. The id where the service gave no name. */
  readonly name: string;
  readonly state: InstanceState;
  /** The service's own status word, as it was written; empty where it gave none. */
  readonly statusText: string;
  /** Missing until one is assigned. */
  readonly ipAddress?: string;
  /** Missing: not told. Empty: none (a dedicated address, or a location that ignores forwards). */
  readonly portForwards?: readonly PortForward[];
  readonly resources?: Resources;
  /** US dollars an hour; what a stopped instance really costs is not promised by it. */
  readonly rateHourly?: number;
  readonly locationId?: string;
  readonly image?: string;
}

/** What a create or modify may hold is said in `rules.ts`; money is US dollars an hour. */
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
  /** US dollars an hour for one GPU. */
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

/** A secret kept at TensorDock. `kind` is the service's word: `SSHKEY`, `GENERIC`, ... */
export interface Secret {
  readonly id: string;
  readonly name: string;
  readonly kind?: string;
}

/** cloud-init as the live service takes it (an object); the specified dialect carries it as YAML text. */
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

/** Where an instance goes: exactly one of the two. */
export type Placement = { readonly locationId: string } | { readonly hostnodeId: string };

/** All that a create can carry. `externalPort` 0 asks the service to pick one. */
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

/** Every value is sent, also those that stay; `gpu` is left out only for a machine that has none. */
export interface ModifyRequest {
  readonly vcpuCount: number;
  readonly ramGb: number;
  readonly storageGb: number;
  readonly gpu?: GpuAllocation;
}

/** What the service said of a created or acted-upon instance; often no more than id and state. */
export interface ActionReply {
  readonly id?: string;
  readonly name?: string;
  readonly state?: InstanceState;
  readonly message?: string;
}
