import type { Random } from './random';

/** Something that goes wrong with one request. Milliseconds are of the world's clock. */
export type Fault =
  /** Waits, then goes on as usual. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Carries out the request, and answers that much later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Closes the connection, before or after carrying out the request. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** Keeps the connection open and never answers, before or after carrying out the request. */
  | { readonly kind: 'never'; readonly when: 'before' | 'after' }
  /** Carries out the request, and breaks off in the middle of the answer. */
  | { readonly kind: 'cut' }
  /** Carries out the request, and answers with an empty body. */
  | { readonly kind: 'empty' }
  /** Carries out the request, and answers 200 with this text. */
  | { readonly kind: 'body'; readonly body: string; readonly contentType?: string }
  /** A gateway's page in place of the service's answer; `handled`: the request was carried out nevertheless. */
  | { readonly kind: 'html'; readonly status: 404 | 502 | 503 | 504; readonly handled?: boolean }
  | { readonly kind: 'rate-limited'; readonly retryAfter?: string }
  /** Any status, with a JSON body; `handled`: the request was carried out nevertheless. */
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown; readonly handled?: boolean }
  /** 200 with an error inside, in one of the observed shapes. */
  | {
      readonly kind: 'error-in-200';
      readonly error: string;
      readonly status?: number;
      readonly shape?: 'top' | 'data' | 'message' | 'errors';
    }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: 301 | 302 | 303 | 307 | 308 };

export interface FaultOrder {
  /** The default is any method. */
  readonly method?: string;
  /** The path without a query, whole (`/api/v2/instances`) or by pattern; any by default. */
  readonly path?: string | RegExp;
  /** How many matching requests; 1 by default. */
  readonly times?: number;
  /** How many matching requests succeed before. */
  readonly skip?: number;
  readonly fault: Fault;
}

/** The faults that are planned, oldest first, and those that may happen by chance. */
export class Faults {
  private orders: { readonly order: FaultOrder; skip: number; left: number }[] = [];
  /** A chance, 0 to 1, for every request without a planned fault, and what may happen then. */
  chaos: { readonly chance: number; readonly of: readonly Fault[] } | undefined;

  constructor(private readonly random: Random) {}

  add(order: FaultOrder): void {
    this.orders.push({ order, skip: order.skip ?? 0, left: order.times ?? 1 });
  }

  /** How many planned faults haven't happened yet. */
  get pending(): number {
    return this.orders.reduce((sum, entry) => sum + entry.left, 0);
  }

  clear(): void {
    this.orders = [];
    this.chaos = undefined;
  }

  /** The fault for this request; it happens once. */
  take(method: string, path: string): Fault | undefined {
    const entry = this.orders.find(({ order }) => matches(order, method, path));
    if (entry === undefined) return this.byChance();
    if (entry.skip > 0) {
      entry.skip -= 1;
      return undefined;
    }
    entry.left -= 1;
    if (entry.left <= 0) this.orders = this.orders.filter((other) => other !== entry);
    return entry.order.fault;
  }

  private byChance(): Fault | undefined {
    if (this.chaos === undefined || this.random.next() >= this.chaos.chance) return undefined;
    return this.random.pick(this.chaos.of);
  }
}

/** The body of a 200 that holds an error. */
export function errorIn200(fault: Extract<Fault, { kind: 'error-in-200' }>): unknown {
  const { error, status = 400, shape = 'top' } = fault;
  switch (shape) {
    case 'top':
      return { status, error };
    case 'data':
      return { data: { status, error } };
    case 'message':
      return { status, message: error };
    case 'errors':
      return { errors: [{ status: String(status), title: 'Error', detail: error }] };
  }
}

function matches(order: FaultOrder, method: string, path: string): boolean {
  if (order.method !== undefined && order.method.toUpperCase() !== method) return false;
  if (order.path === undefined) return true;
  return typeof order.path === 'string' ? order.path === path : order.path.test(path);
}
