import * as l10n from '@vscode/l10n';
import { BadRequestError, type RequestIssue, type TensorDockError } from '../../api/errors';
import type { Field, Problem } from '../../api/rules';

/** The words of the service's requests and the fields they stand for, the more telling first. */
const fieldsByWord: readonly (readonly [string, Field])[] = [
  ['vcpu_count', 'vcpus'],
  ['cpucores', 'vcpus'],
  ['ram_gb', 'ram'],
  ['ramgb', 'ram'],
  ['storage_gb', 'storage'],
  ['diskgb', 'storage'],
  ['location_id', 'place'],
  ['hostnode_id', 'place'],
  ['image', 'image'],
  ['name', 'name'],
  ['ssh_key_id', 'access'],
  ['ssh_key', 'access'],
  ['password', 'password'],
  ['usededicatedip', 'network'],
  ['port_forwards', 'ports'],
  ['cloud_init', 'cloudInit'],
];

/** What the service refused, beside the fields it named. */
export function problemsOfError(error: TensorDockError): Problem[] {
  if (!(error instanceof BadRequestError)) return [];
  return error.issues.flatMap((issue) => {
    const field = fieldOfPath(issue.path);
    return field === undefined ? [] : [{ field, message: messageOf(issue) }];
  });
}

/** The field that a path such as `data.attributes.resources.vcpu_count` names, if it is one of the form's. */
export function fieldOfPath(path: readonly (string | number)[]): Field | undefined {
  const words = path.filter((word) => typeof word === 'string').map((word) => word.toLowerCase());
  const last = words.at(-1);
  if (words.includes('gpus')) return last === 'count' ? 'gpuCount' : 'gpu';
  return fieldsByWord.find(([word]) => words.includes(word))?.[1];
}

function messageOf({ options = [], message }: RequestIssue): string {
  if (options.length === 0) return message;
  return l10n.t('TensorDock does not take this. It takes: {0}.', options.join(', '));
}
