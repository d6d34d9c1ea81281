import { readFileSync } from 'node:fs';
import path from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { expect, test, vi } from 'vitest';
import { listedTools } from '../../../src/mcp/manifest';
import { toolNames } from '../../../src/tools/names';
import { toolTable } from '../../../src/tools/table';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const root = path.resolve(import.meta.dirname, '../../..');
const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const { contributes } = v.parse(
  v.object({
    contributes: v.object({
      languageModelTools: v.array(
        v.object({
          name: v.string(),
          modelDescription: v.string(),
          canBeReferencedInPrompt: v.literal(true),
          toolReferenceName: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
          tags: v.array(v.string()),
          when: v.literal('config.tensordock.agents.enabled'),
          inputSchema: v.unknown(),
        }),
      ),
      chatSkills: v.array(v.object({ path: v.string() })),
    }),
  }),
  JSON.parse(text),
);

/** A JSON schema without what is only for a reader. */
function bare(schema: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'description' || key === '$schema' ? undefined : value,
    ),
  );
}

test('the manifest contributes the tools of the table, and says which only read', () => {
  const tools = contributes.languageModelTools;
  expect(tools.map(({ name }) => name)).toEqual([...toolNames]);
  for (const name of toolNames) {
    const tool = tools.find((each) => each.name === name);
    expect(tool?.tags, name).toEqual(['tensordock', toolTable[name].kind]);
  }
});

test.each(toolNames)('%s takes what the manifest says, and nothing else', (name) => {
  const schema = contributes.languageModelTools.find((each) => each.name === name)?.inputSchema;
  expect(bare({ required: [], ...Object(schema) })).toEqual(bare(toJsonSchema(toolTable[name].input)));
  expect(schema).toMatchObject({ additionalProperties: false });
});

test('the same tools are listed over MCP', () => {
  const { tools } = listedTools(text);
  expect(tools.map(({ name }) => name)).toEqual([...toolNames]);
  for (const { name, annotations } of tools) {
    expect(annotations.readOnlyHint, name).toBe(
      toolNames.some((each) => each === name && toolTable[each].kind === 'reading'),
    );
  }
});

test('the skill is in a folder of its name, and names only tools that exist', () => {
  const [skill] = contributes.chatSkills;
  const file = path.join(root, skill?.path ?? '');
  const words = readFileSync(file, 'utf8');
  expect(words).toMatch(new RegExp(`^---\\nname: ${path.basename(path.dirname(file))}\\ndescription: \\S`));
  const named = [...words.matchAll(/tensordock_[a-z_]+/g)].map(([name]) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !toolNames.some((each) => each === name))).toEqual([]);
});
