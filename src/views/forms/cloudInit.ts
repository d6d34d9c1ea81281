import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import type { CloudInit } from '../../api/types';
import { dump, loadAll, YAMLException } from '../../base/yaml';

const command = v.union([v.string(), v.array(v.string())]);

/** The subset of cloud-init that the service accepts. */
const cloudInitSchema = v.strictObject({
  package_update: v.optional(v.boolean()),
  package_upgrade: v.optional(v.boolean()),
  packages: v.optional(v.array(v.string())),
  runcmd: v.optional(v.array(command)),
  write_files: v.optional(
    v.array(
      v.strictObject({
        path: v.string(),
        content: v.string(),
        owner: v.optional(v.string()),
        permissions: v.optional(v.string()),
      }),
    ),
  ),
});
type CloudInitYaml = v.InferOutput<typeof cloudInitSchema>;

export interface ParsedCloudInit {
  /** Missing if the text is empty or invalid. */
  readonly cloudInit?: CloudInit;
  readonly problems: readonly string[];
}

/** Parses cloud-init YAML and reports what the service wouldn't accept. */
export function parseCloudInit(text: string): ParsedCloudInit {
  const read = readYaml(text);
  if ('problems' in read) return read;
  if (!read.yaml) return { problems: [] };
  const { package_update, package_upgrade, packages, runcmd, write_files } = read.yaml;
  return {
    cloudInit: {
      packageUpdate: package_update,
      packageUpgrade: package_upgrade,
      packages,
      runcmd,
      writeFiles: write_files,
    },
    problems: [],
  };
}

/** Appends each list of another text; a reboot comes last, since nothing runs after it. Leaves a text unchanged that can't be parsed. */
export function mergeCloudInit(text: string, addition: string): string {
  const [before, added] = [readYaml(text), readYaml(addition)];
  if ('problems' in before || 'problems' in added) return text;
  if (!before.yaml) return addition;
  const join = <T>(a?: T[], b?: T[]): T[] | undefined => {
    const known = new Set(a?.map((item) => JSON.stringify(item)));
    return a || b
      ? [...(a ?? []), ...(b ?? []).filter((item) => !known.has(JSON.stringify(item)))]
      : undefined;
  };
  const merged: CloudInitYaml = {
    ...before.yaml,
    ...added.yaml,
    packages: join(before.yaml.packages, added.yaml?.packages),
    runcmd: rebootLast(join(before.yaml.runcmd, added.yaml?.runcmd)),
    write_files: join(before.yaml.write_files, added.yaml?.write_files),
  };
  return `#cloud-config\n${dump(JSON.parse(JSON.stringify(merged)), { lineWidth: -1 })}`;
}

function rebootLast(commands: CloudInitYaml['runcmd']): CloudInitYaml['runcmd'] {
  const isReboot = (command: string | string[]): boolean =>
    /^(sudo )?(reboot|shutdown -r now|systemctl reboot)$/.test([command].flat().join(' ').trim());
  return commands?.toSorted((a, b) => Number(isReboot(a)) - Number(isReboot(b)));
}

function readYaml(text: string): { yaml?: CloudInitYaml } | { problems: string[] } {
  if (text.trim() === '') return {};
  let documents: unknown[];
  try {
    documents = loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) return { problems: [String(error)] };
    const { reason, mark } = error;
    return { problems: [mark ? l10n.t('Line {0}: {1}', mark.line + 1, reason) : reason] };
  }
  if (documents.length > 1) return { problems: [l10n.t('Cloud-init must be a single YAML document.')] };
  const [content] = documents;
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    return { problems: [l10n.t('Cloud-init must consist of keys, such as “packages:”.')] };
  }
  const parsed = v.safeParse(cloudInitSchema, content);
  if (parsed.success) return { yaml: parsed.output };
  return { problems: parsed.issues.map(describeIssue) };
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? '';
  if (issue.expected === 'never') return l10n.t('TensorDock doesn’t support “{0}”.', path);
  if (path.startsWith('packages')) return l10n.t('“{0}” must be a list of package names.', path);
  if (path.startsWith('runcmd')) return l10n.t('“{0}” must be a list of commands.', path);
  if (path.startsWith('write_files')) {
    return l10n.t('“{0}” must be text. Every file needs a path and content.', path);
  }
  return l10n.t('“{0}” must be true or false.', path);
}
