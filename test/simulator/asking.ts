import { expect } from 'vitest';
import { startSimulator, type Simulator } from './server';
import type { SimulatorOptions } from './options';

/** What a test of the simulator reads of an answer. */
export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

export type Ask = (method: string, path: string, body?: unknown, token?: string) => Promise<Said>;

/** A simulator and a plain way to ask it, which knows nothing of the extension's client. */
export async function startAsking(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; ask: Ask }> {
  const simulator = await startSimulator(options);
  const ask: Ask = async (method, path, body, token = simulator.token) => {
    const response = await fetch(`${simulator.url}/api/v2${path}`, {
      method,
      redirect: 'manual',
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
  return { simulator, ask };
}

/** The body of a create that the live dialect takes, changed in places. */
export function createBody(changes: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    data: {
      type: 'virtualmachine',
      attributes: {
        name: 'made',
        type: 'virtualmachine',
        image: 'ubuntu2404',
        resources: {
          vcpu_count: 8,
          ram_gb: 32,
          storage_gb: 200,
          gpus: { 'geforcertx4090-pcie-24gb': { count: 1 } },
        },
        location_id: '8dd95ff0-dff9-489c-9b02-b38a366b6ab1',
        port_forwards: [{ internal_port: 22, external_port: 0 }],
        ssh_key: 'ssh-ed25519 AAAA somebody',
        ...changes,
      },
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Vitest's matchers, which are `any`, as what they stand for. */
export const anyNumber: unknown = expect.any(Number);

export function textWith(part: string): unknown {
  return expect.stringContaining(part);
}

export function textLike(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
