import { silentLogger } from '../../../../src/base/logger';
import { openTunnel, type TunnelOptions } from '../../../../src/ssh/connect/tunnel';

/** A process of its own that opens a tunnel, writes its local port and waits to be killed. */
async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as Omit<TunnelOptions, 'logger'>;
  const tunnel = await openTunnel({ ...options, logger: silentLogger, env: { SSH_AUTH_SOCK: undefined } });
  await tunnel.opened();
  process.stdout.write(`${tunnel.localPort}\n`);
  setInterval(() => undefined, 60_000);
}

void main();
