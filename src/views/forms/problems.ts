import * as l10n from '@vscode/l10n';
import { BadRequestError, type RequestIssue, type TensorDockError } from '../../api/errors';
import type { Field, Problem } from '../../api/rules';

/** Names in the service's requests and their form fields, most specific first. */
const fieldsByWord: readonly (readonly [string, Field])[] = [
  ['vcpu_count', 'vcpus'],
  ['cpucores', 'vcpus'],
  ['ram_gb', 'ram'],
  ['ramgb', 'ram'],
  ['storage_gb', 'storage'],
  ['diskgb', 'storage'],
  ['location_id', 'location'],
  ['hostnode_id', 'location'],
  ['image', 'image'],
  ['name', 'name'],
  ['ssh_key_id', 'access'],
  ['ssh_key', 'access'],
  ['password', 'password'],
  ['usededicatedip', 'network'],
  ['port_forwards', 'ports'],
  ['cloud_init', 'cloudInit'],
];

/** The problems that the service reported, by form field. */
export function problemsOfError(error: TensorDockError): Problem[] {
  if (!(error instanceof BadRequestError)) return [];
  return error.issues.flatMap((issue) => {
    const field = fieldOfPath(issue.path);
    return field === undefined ? [] : [{ field, message: messageOf(issue) }];
  });
}

/** What to say for the whole form: not again what each field says. */
export function refusalText(error: TensorDockError, problems: readonly Problem[]): string {
  const atFields =
    error instanceof BadRequestError && problems.length > 0 && problems.length === error.issues.length;
  return atFields
    ? l10n.t('TensorDock didn’t accept the request. Fix the highlighted fields.')
    : error.message;
}

/** The form field for a path such as `data.attributes.resources.vcpu_count`, if there is one. */
export function fieldOfPath(path: readonly (string | number)[]): Field | undefined {
  const words = path.filter((word) => typeof word === 'string').map((word) => word.toLowerCase());
  const last = words.at(-1);
  if (words.includes('gpus')) return last === 'count' ? 'gpuCount' : 'gpu';
  return fieldsByWord.find(([word]) => words.includes(word))?.[1];
}

function messageOf({ options = [], message }: RequestIssue): string {
  if (options.length === 0) return message;
  return l10n.t('TensorDock doesn’t accept this value. Allowed values: {0}.', options.join(', '));
}
