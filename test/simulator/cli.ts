import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { faultHelp, parseFault } from './cliFaults';
import type { TokenOption } from './options';
import { startSimulator } from './server';

const usage = `Usage: npm run simulator -- [options]

Runs a TensorDock of your own on this computer until you interrupt it. Nothing is charged.

  --port N             Port to listen on; 0 picks a free one. (0)
  --dialect NAME       specified, live, documented, or getting-started. (live)
  --seed NAME          First instances: empty, demo, showcase, or how many. (demo)
  --speed NAME         instant, quick, or realistic. (quick)
  --ssh NAME           SSH servers of running instances: none, auto, sshd, or ssh2. (none)
  --key "PUBLIC KEY"   A public key that every instance accepts. Can be repeated.
  --token TOKEN        An API token; TOKEN@ORGANIZATION for one of another organization. Can be repeated.
  --balance DOLLARS    Balance of each organization. Without it, nothing is billed.
  --fault "FAULT"      Something that goes wrong. Can be repeated.
  --help               Show this text.

${faultHelp}`;

const count = v.pipe(v.string(), v.digits(), v.transform(Number));
const options = v.object({
  port: v.pipe(count, v.maxValue(65_535)),
  dialect: v.picklist(['specified', 'live', 'documented', 'getting-started']),
  seed: v.union([
    v.picklist(['empty', 'demo', 'showcase']),
    v.pipe(
      count,
      v.transform((many) => ({ many })),
    ),
  ]),
  speed: v.picklist(['instant', 'quick', 'realistic']),
  ssh: v.picklist(['none', 'auto', 'sshd', 'ssh2']),
  key: v.array(v.string()),
  token: v.optional(v.array(v.pipe(v.string(), v.nonEmpty(), v.transform(readToken)))),
  balance: v.optional(v.pipe(v.string(), v.decimal(), v.transform(Number))),
  fault: v.array(v.pipe(v.string(), v.transform(parseFault))),
});

function readToken(text: string): TokenOption {
  const [token = '', organization] = text.split('@');
  return organization === undefined ? { token } : { token, organization: organization };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      dialect: { type: 'string', default: 'live' },
      seed: { type: 'string', default: 'demo' },
      speed: { type: 'string', default: 'quick' },
      ssh: { type: 'string', default: 'none' },
      key: { type: 'string', multiple: true, default: [] },
      token: { type: 'string', multiple: true },
      balance: { type: 'string' },
      fault: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const { port, dialect, seed, speed, ssh, key, token, balance, fault } = v.parse(options, values);
  const simulator = await startSimulator({
    port,
    dialect,
    seed,
    delays: speed,
    ssh,
    authorizedKeys: key,
    tokens: token,
    balance,
  });
  for (const order of fault) simulator.faults.add(order);
  const backing =
    simulator.backing === undefined ? 'no SSH' : `SSH by ${simulator.backing.kind} as ${simulator.sshUser}`;
  const instances = simulator.world.all().length;
  process.stdout.write(
    `${simulator.url} token ${simulator.token} (${dialect}, ${instances} instances, ${speed}, ${backing})\n`,
  );
  for (const other of simulator.tokens.slice(1)) process.stdout.write(`${simulator.url} token ${other}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
