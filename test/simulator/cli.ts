import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { startSimulator } from './server';

const usage = `npm run simulator -- [--port N] [--dialect specified|live|documented|getting-started]
  [--seed empty|demo|COUNT] [--speed instant|quick|realistic] [--ssh none|auto|sshd|ssh2]
  [--key "ssh-ed25519 ..."]... [--token TOKEN]`;

const options = v.object({
  port: v.pipe(v.string(), v.digits(), v.transform(Number), v.maxValue(65_535)),
  dialect: v.picklist(['specified', 'live', 'documented', 'getting-started']),
  seed: v.union([
    v.picklist(['empty', 'demo']),
    v.pipe(
      v.string(),
      v.digits(),
      v.transform((count) => ({ many: Number(count) })),
    ),
  ]),
  speed: v.picklist(['instant', 'quick', 'realistic']),
  ssh: v.picklist(['none', 'auto', 'sshd', 'ssh2']),
  key: v.array(v.string()),
  token: v.optional(v.pipe(v.string(), v.nonEmpty())),
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      dialect: { type: 'string', default: 'live' },
      seed: { type: 'string', default: 'demo' },
      speed: { type: 'string', default: 'quick' },
      ssh: { type: 'string', default: 'none' },
      key: { type: 'string', multiple: true, default: [] },
      token: { type: 'string' },
    },
  });
  const { port, dialect, seed, speed, ssh, key, token } = v.parse(options, values);
  const simulator = await startSimulator({
    port,
    dialect,
    seed,
    delays: speed,
    ssh,
    authorizedKeys: key,
    tokens: token === undefined ? undefined : [token],
  });
  const backing =
    simulator.backing === undefined ? 'no SSH' : `SSH by ${simulator.backing.kind} as ${simulator.sshUser}`;
  const count = simulator.world.all().length;
  process.stdout.write(
    `${simulator.url} token ${simulator.token} (${dialect}, ${count} instances, ${speed}, ${backing})\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 2;
});
