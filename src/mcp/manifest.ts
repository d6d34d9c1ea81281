import { isObject } from '../base/json';
import type { ListedTool } from './server';

/** The tools that a manifest contributes, and its version. Leaves out what isn't complete. */
export function listedTools(manifest: string): {
  readonly version: string;
  readonly tools: readonly ListedTool[];
} {
  const data: unknown = JSON.parse(manifest);
  const contributes = isObject(data) && isObject(data.contributes) ? data.contributes : {};
  const tools: readonly unknown[] = Array.isArray(contributes.languageModelTools)
    ? contributes.languageModelTools
    : [];
  return {
    version: isObject(data) && typeof data.version === 'string' ? data.version : '0.0.0',
    tools: tools.flatMap((tool) => listed(tool) ?? []),
  };
}

function listed(tool: unknown): ListedTool | undefined {
  if (!isObject(tool) || !Array.isArray(tool.tags)) return undefined;
  const { name, modelDescription, inputSchema } = tool;
  if (typeof name !== 'string' || typeof modelDescription !== 'string') return undefined;
  const isReading = tool.tags.includes('reading');
  return {
    name,
    title: name.replace(/^tensordock_/, '').replaceAll('_', ' '),
    description: modelDescription,
    inputSchema,
    annotations: { readOnlyHint: isReading, destructiveHint: !isReading },
  };
}
