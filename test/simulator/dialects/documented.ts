import { live, flat, liveActions, statusWord } from './live';
import { specified } from './specified';
import type { DialectName, WireOptions } from '../options';
import type { Dialect, DialectMaker } from './dialect';

/** As in the documentation about managing instances. */
const documented: DialectMaker = (wire) => ({
  ...liveActions(wire),
  list: (instances) => ({
    status: 200,
    body: {
      data: {
        instances: instances.map(({ id, name, status }) => ({
          type: 'VM',
          id,
          attributes: { name, status: statusWord(status, wire) },
        })),
      },
    },
  }),
  instance: (instance) => ({ status: 200, body: flat(instance, wire, 'instance') }),
});

/** As in the getting-started documentation: a list within the attributes of a list. */
const gettingStarted: DialectMaker = (wire) => ({
  ...documented(wire),
  list: (instances) => ({
    status: 200,
    body: {
      data: {
        type: 'list',
        id: 'instances',
        attributes: {
          instances: instances.map(({ id, name, status }) => ({
            type: 'instance',
            id,
            attributes: { name, status: statusWord(status, wire), region: 'us-east-1' },
          })),
        },
      },
    },
  }),
});

const makers: Readonly<Record<DialectName, DialectMaker>> = {
  specified,
  live,
  documented,
  'getting-started': gettingStarted,
};

export function makeDialect(name: DialectName, wire: WireOptions): Dialect {
  return makers[name](wire);
}
