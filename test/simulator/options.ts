import type { Clock } from '../../src/base/clock';

/** How the simulated service writes and reads: see the folder `dialects`. */
export type DialectName = 'specified' | 'live' | 'documented' | 'getting-started';

/** A fixed delay, or one drawn at random between two bounds. */
export type Span = number | readonly [least: number, most: number];

/** Milliseconds of the world's clock. */
export interface Delays {
  /** Before any request is handled. */
  readonly latency: number;
  /** Extra, before a create is handled. */
  readonly create: number;
  /**
   * How long a created instance is missing from the list and answered with 404. No source reports this, so no
   * preset has it.
   */
  readonly visible: number;
  /** From a create or start until the moment of `stoppeddisassociated`. */
  readonly blinkAfter: number;
  /** How long that moment lasts; 0: it does not come. */
  readonly blink: number;
  /** From a create or start until `running`. */
  readonly boot: number;
  /** From `running` until the instance has an address. */
  readonly address: Span;
  /** From the address until the port forwards are listed. No source reports such a delay, so no preset has one. */
  readonly forwards: number;
  /** From the forwards until port 22 answers. */
  readonly ssh: number;
  /** From then until the keys are accepted. */
  readonly keys: number;
  readonly stop: number;
  /** How long a change keeps the instance `pending`. */
  readonly modify: number;
  /** How long a deleted instance is still listed. */
  readonly remove: number;
}

export type Speed = 'instant' | 'quick' | 'realistic';

export const speeds: Readonly<Record<Speed, Delays>> = {
  instant: {
    latency: 0,
    create: 0,
    visible: 0,
    blinkAfter: 0,
    blink: 0,
    boot: 0,
    address: 0,
    forwards: 0,
    ssh: 0,
    keys: 0,
    stop: 0,
    modify: 0,
    remove: 0,
  },
  quick: {
    latency: 40,
    create: 600,
    visible: 0,
    blinkAfter: 700,
    blink: 900,
    boot: 3000,
    address: 1000,
    forwards: 0,
    ssh: 1500,
    keys: 500,
    stop: 2500,
    modify: 1500,
    remove: 2500,
  },
  realistic: {
    latency: 300,
    create: 12_000,
    visible: 0,
    blinkAfter: 1000,
    blink: 3000,
    // The address arrives 5 to 30 s after a create.
    boot: 5000,
    address: [0, 25_000],
    forwards: 0,
    ssh: 45_000,
    keys: 30_000,
    stop: 30_000,
    modify: 60_000,
    remove: 60_000,
  },
};

/** Who may ask: several tokens may belong to one organization, and share its instances and its limit. */
export interface TokenOption {
  readonly token: string;
  /** The default is `main`. */
  readonly organization?: string;
  /** Known, but allowed nothing: answered with 403. */
  readonly forbidden?: boolean;
}

/** Variants of the wire that were all seen, so that a test can ask for each. */
export interface WireOptions {
  /** What the live list tells of each instance; `mixed` (the default): every second one is thin. */
  readonly listItems?: 'full' | 'thin' | 'mixed';
  /** How live writes status words. The default is `lower`. */
  readonly statusCasing?: 'lower' | 'pascal' | 'snake';
  /** Live: 204 answers a delete with an empty body. */
  readonly deleteStatus?: 200 | 204;
  readonly createStatus?: 200 | 201;
  /** The word in a live create reply. The default is `running`, though nothing is up yet. */
  readonly createWord?: string;
  /** How live tells that a create has no place; `top`: 200 with `{status, error}`; `data`: inside `data`. */
  readonly refusalShape?: 'top' | 'data' | 'http';
  /** On a 429: seconds, an HTTP date, or no header at all. */
  readonly retryAfter?: 'seconds' | 'date' | 'none';
  /** Specified: answer 404 to paths the formal contract does not have; true by default. */
  readonly strict?: boolean;
}

export type SeedOption = 'empty' | 'demo' | 'showcase' | { readonly many: number };

export interface ServiceOptions {
  /** The default is `live`. */
  readonly dialect?: DialectName;
  readonly clock?: Clock;
  readonly randomSeed?: number;
  /** A preset, or a preset changed in places. The default is `instant`. */
  readonly delays?: Speed | ({ readonly base?: Speed } & Partial<Delays>);
  /** The default is `empty`. */
  readonly seed?: SeedOption;
  /** Random by default. */
  readonly tokens?: readonly (string | TokenOption)[];
  /** Requests a minute of one organization; 100 by default, `false`: no limit. */
  readonly rateLimit?: number | false;
  /** US dollars on each organization's account; by default nothing is billed. */
  readonly balance?: number;
  /** False: locations and hostnodes are answered empty. */
  readonly catalogue?: boolean;
  readonly wire?: WireOptions;
}

export type SshBackingOption = 'none' | 'auto' | 'sshd' | 'ssh2';

export interface SimulatorOptions extends ServiceOptions {
  /** 0 or left out: any free one. */
  readonly port?: number;
  /** What answers on port 22 of a running instance. The default is `none`. */
  readonly ssh?: SshBackingOption;
  /** Public keys that every instance accepts, beside those it was created with. */
  readonly authorizedKeys?: readonly string[];
}

export function delaysOf(option: ServiceOptions['delays']): Delays {
  if (option === undefined) return speeds.instant;
  if (typeof option === 'string') return speeds[option];
  const { base, ...changes } = option;
  return { ...speeds[base ?? 'instant'], ...changes };
}
