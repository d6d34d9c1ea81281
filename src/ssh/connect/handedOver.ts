import type { EffectiveConfig } from '../config/effectiveConfig';
import { isLanguageVariable, isNeededVariable } from './isolation';

/** What a plain `ssh` to an instance would give it, because the person's configuration says so for all hosts. */
export interface HandedOver {
  /** Ports and sockets on the instance from which it reaches into the person's network. */
  readonly remoteForwards: readonly string[];
  /** Ports and sockets of this computer: what its programs send there goes to the instance. */
  readonly localForwards: readonly string[];
  /** Names of the environment variables that `SendEnv` matches, without those of the language and the system. */
  readonly sentVariables: readonly string[];
  /** Names that `SetEnv` sets, without those of the language and the terminal. */
  readonly setVariables: readonly string[];
}

/**
 * What no entry of ours can keep back: forwards and `SendEnv` add up over all that match a host, and our hosts come
 * first. `config` is what `ssh -G` says of an alias.
 */
export function handedOver({ values }: EffectiveConfig, environment: NodeJS.ProcessEnv): HandedOver {
  const matches = (values.get('sendenv') ?? []).flatMap((line) => line.split(/\s+/)).map(toPattern);
  const forwards = (keyword: string): string[] =>
    (values.get(keyword) ?? []).map((line) => line.split(/\s+/)[0] ?? '');
  return {
    remoteForwards: forwards('remoteforward'),
    localForwards: [...forwards('localforward'), ...forwards('dynamicforward')],
    sentVariables: Object.keys(environment)
      .filter(
        (name) =>
          !isLanguageVariable(name) &&
          !isNeededVariable(name) &&
          matches.some((pattern) => pattern.test(name)),
      )
      .sort(),
    setVariables: (values.get('setenv') ?? [])
      .map((line) => line.split('=')[0] ?? '')
      .filter((name) => !isLanguageVariable(name))
      .sort(),
  };
}

/** `*` and `?` as `ssh` reads them; runs of `*` are one, so that matching stays fast. */
function toPattern(glob: string): RegExp {
  const source = glob
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
