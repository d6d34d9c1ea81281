import { expect, test } from 'vitest';
import { problemsOf, type Release } from '../../release/problems';

const good: Release = {
  tag: 'v0.2.0',
  repository: 'owner/name',
  manifest: JSON.stringify({ version: '0.2.0', repository: { url: 'https://github.com/owner/name.git' } }),
  changelog: '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-26\n\n### Added\n\n- A list.\n',
};

test('a release whose tag, version, repository, and changelog agree is good', () => {
  expect(problemsOf(good)).toEqual([]);
});

test.each<[string, Partial<Release>, RegExp]>([
  ['another version', { tag: 'v0.3.0' }, /The tag is v0\.3\.0/],
  ['no tag', { tag: '' }, /The tag is/],
  ['a fork', { repository: 'someone/name' }, /this is someone\/name/],
  ['a look-alike', { repository: 'owner/name.git' }, /names the repository/],
  ['no section', { changelog: good.changelog.replace('[0.2.0]', '[0.1.9]') }, /no section/],
  ['no date', { changelog: good.changelog.replace(' - 2026-11-26', ' - soon') }, /no section/],
  ['an empty section', { changelog: good.changelog.replace('- A list.', '') }, /no section/],
  [
    'changes that belong to no version',
    { changelog: good.changelog.replace('## [0.2.0]', '### Fixed\n\n- A bug.\n\n## [0.2.0]') },
    /Unreleased/,
  ],
])('a release with %s is refused', (_, change, problem) => {
  expect(problemsOf({ ...good, ...change }).join('\n')).toMatch(problem);
});
