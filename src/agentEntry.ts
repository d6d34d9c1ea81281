import * as vscode from 'vscode';
import type { Main } from './main';
import { toolNames } from './tools/names';

/** How an agent starts the MCP server: this editor's own Node.js runs it. Its argument is our private folder. */
export function mcpProgram(context: vscode.ExtensionContext): {
  command: string;
  args: string[];
  env: Record<string, string>;
} {
  return {
    command: process.execPath,
    args: [context.asAbsolutePath('dist/mcp.js'), context.globalStorageUri.fsPath],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  };
}

type Program = ReturnType<typeof mcpProgram>;

/** What newer and other editors have besides the oldest VS Code that we run in. Each part may be missing. */
interface NewerApi {
  readonly McpStdioServerDefinition?: new (
    label: string,
    command: string,
    args: string[],
    env: Record<string, string>,
    version: string,
  ) => object;
  readonly cursor?: {
    readonly mcp?: { registerServer?(server: { name: string; server: Program }): unknown };
  };
}
interface NewerLanguageModels {
  registerMcpServerDefinitionProvider?(
    id: string,
    provider: {
      onDidChangeMcpServerDefinitions: vscode.Event<void>;
      provideMcpServerDefinitions: () => object[];
      resolveMcpServerDefinition: (server: object) => Promise<object>;
    },
  ): { dispose(): unknown };
}

const isEnabled = (): boolean =>
  vscode.workspace.getConfiguration('tensordock').get('agents.enabled') !== false;

/** Registers what agents see; the tools themselves are loaded by the first call. */
export function registerAgents(
  context: vscode.ExtensionContext,
  load: () => Promise<Main>,
): { dispose(): unknown }[] {
  // Editors that are made from VS Code may have none of it.
  const lm: Partial<typeof vscode.lm> & NewerLanguageModels = 'lm' in vscode ? vscode.lm : {};
  const api: typeof vscode & NewerApi = vscode;
  const { McpStdioServerDefinition: Definition, cursor } = api;
  const tools = toolNames.flatMap(
    (name) =>
      lm.registerTool?.(name, {
        prepareInvocation: async ({ input }, token) => (await load()).agents.prepare(name, input, token),
        invoke: async ({ input }, token) => (await load()).agents.invoke(name, input, token),
      }) ?? [],
  );
  const program = mcpProgram(context);
  if (cursor?.mcp?.registerServer) {
    if (isEnabled()) {
      cursor.mcp.registerServer({ name: 'tensordock', server: program });
      void load().then(async ({ agents }) => agents.listen());
    }
    return tools;
  }
  if (!Definition || !lm.registerMcpServerDefinitionProvider) return tools;
  const changed = new vscode.EventEmitter<void>();
  return [
    ...tools,
    changed,
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('tensordock.agents.enabled')) changed.fire();
    }),
    lm.registerMcpServerDefinitionProvider('tensordock', {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: () => {
        const { command, args, env } = program;
        return isEnabled() ? [new Definition('TensorDock', command, args, env, versionOf(context))] : [];
      },
      resolveMcpServerDefinition: async (server) => {
        await (await load()).agents.listen();
        return server;
      },
    }),
  ];
}

/** A server of another version is listed anew. */
function versionOf({ extension }: vscode.ExtensionContext): string {
  const manifest: unknown = extension.packageJSON;
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
