import { systemClock } from '../../../../src/base/clock';
import { silentLogger } from '../../../../src/base/logger';
import type { Instance } from '../../../../src/api/types';
import { sshPaths } from '../../../../src/ssh/config/paths';
import { PersonConfig } from '../../../../src/ssh/config/personConfig';
import { SshHosts } from '../../../../src/ssh/config/sshHosts';

/** A process of its own that writes the SSH files: `writer CONFIG ACCOUNT COUNT`; a COUNT of 0 never ends. */
const [configFile = '', account = '', count = ''] = process.argv.slice(2);
const home = '/not-the-home';
const paths = sshPaths({ setting: configFile, home, environmentHome: home, platform: process.platform });
const tools = { clock: systemClock, logger: silentLogger };
const hosts = new SshHosts(paths, tools);
const person = new PersonConfig(paths, tools);

function instance(number: number, address: number): Instance {
  return {
    id: `${account}-${number}`,
    name: `${account} ${number}`,
    state: 'running',
    statusText: 'running',
    ipAddress: `192.0.2.${(address % 250) + 1}`,
    portForwards: [{ internalPort: 22, externalPort: 20_000 + address }],
  };
}

async function writeSome(): Promise<void> {
  for (let number = 0; number < Number(count); number++) {
    await hosts.ensureEntry(account, instance(number, number), { user: 'user' });
    await person.apply(await person.plan());
  }
}

async function writeForEver(): Promise<void> {
  process.stdout.write('ready\n');
  for (let round = 0; ; round = (round + 1) % 10_000) {
    await hosts.ensureEntry(account, instance(round % 7, round), { user: 'user' });
    await person.apply(await person.plan());
    await hosts.remove(account, instance((round + 3) % 7, 0).id);
    if (round % 3 === 2) await person.remove();
  }
}

void (count === '0' ? writeForEver() : writeSome());
