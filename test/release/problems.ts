import * as v from 'valibot';

/** What a release is made from. */
export interface Release {
  /** The Git tag, such as `v0.2.0`. */
  readonly tag: string;
  /** The repository that publishes, as `owner/name`. */
  readonly repository: string;
  /** The text of package.json. */
  readonly manifest: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
}

const manifestSchema = v.object({ version: v.string(), repository: v.object({ url: v.string() }) });

/** Says what must be mended before this is released; nothing if all of it agrees. */
export function problemsOf({ tag, repository, manifest, changelog }: Release): readonly string[] {
  const { version, repository: named } = v.parse(manifestSchema, JSON.parse(manifest));
  const heading = `## [${version}] - `;
  const sections = changelog.split(/^(?=## )/m);
  const own = sections.find((section) => section.startsWith(heading));
  const unreleased = sections.find((section) => section.startsWith('## [Unreleased]'));
  return [
    ...(tag === `v${version}` ? [] : [`The tag is ${tag}, and the version in package.json is ${version}.`]),
    ...(named.url === `https://github.com/${repository}.git`
      ? []
      : [`package.json names the repository ${named.url}, and this is ${repository}.`]),
    ...(own && /^## \[[^\]]+\] - \d{4}-\d{2}-\d{2}\s+### \w+\s+- /.test(own)
      ? []
      : [`CHANGELOG.md has no section “${heading}YYYY-MM-DD” that says what changed.`]),
    ...(unreleased && /^- /m.test(unreleased)
      ? ['CHANGELOG.md still has changes under “Unreleased”. Move them to the section of this version.']
      : []),
  ];
}
