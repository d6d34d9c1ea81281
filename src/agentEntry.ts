import * as editor from 'vscode';
import type { Main } from './main';
import { toolNames } from './tools/names';

/** In global state: whether new windows let MCP servers reach them at once. */
const listens = 'agents.listens';

/** What the agents' part of `main.ts` needs of the start. */
export function agentOptions(context: editor.ExtensionContext): {
  program: Program;
  keepListening: () => Thenable<void>;
} {
  return {
    program: mcpProgram(context),
    keepListening: () => context.globalState.update(listens, true),
  };
}

/** How an agent starts the MCP server: this editor's own Node.js runs it. Its argument is our private folder. */
function mcpProgram(context: editor.ExtensionContext): Program {
  return {
    command: process.execPath,
    args: [context.asAbsolutePath('dist/mcp.js'), context.globalStorageUri.fsPath],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  };
}

interface Program {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** What newer and other editors have besides the oldest VS Code that we run in. Each part may be missing. */
interface NewerEditor {
  readonly lm?: Partial<typeof editor.lm> & {
    registerMcpServerDefinitionProvider?(
      id: string,
      provider: {
        onDidChangeMcpServerDefinitions: editor.Event<void>;
        provideMcpServerDefinitions: () => object[];
        resolveMcpServerDefinition: (server: object) => Promise<object>;
      },
    ): { dispose(): unknown };
  };
  /** From 1.101 on. */
  readonly McpStdioServerDefinition?: new (
    label: string,
    command: string,
    args: string[],
    env: Record<string, string>,
  ) => object;
  readonly cursor?: {
    readonly mcp?: { registerServer?(server: { name: string; server: Program }): unknown };
  };
}

const vscode: Omit<typeof editor, 'lm'> & NewerEditor = editor;

const isEnabled = (): boolean =>
  vscode.workspace.getConfiguration('tensordock').get('agents.enabled') !== false;

/** Registers what agents see; the tools themselves are loaded by the first call. */
export function registerAgents(
  context: editor.ExtensionContext,
  load: () => Promise<Main>,
): { dispose(): unknown }[] {
  // Written out, as the build looks for what is used of `vscode`.
  const lm = vscode.lm;
  const cursor = vscode.cursor;
  const tools = toolNames.flatMap(
    (name) =>
      lm?.registerTool?.(name, {
        prepareInvocation: async ({ input }, token) => (await load()).agents.prepare(name, input, token),
        invoke: async ({ input }, token) => (await load()).agents.invoke(name, input, token),
      }) ?? [],
  );
  const program = mcpProgram(context);
  const listen = async (): Promise<void> => (await load()).agents.listen();
  // The settings are read only where that matters: it takes longer than all registrations.
  const cursorMcp = cursor?.mcp && isEnabled() ? cursor.mcp : undefined;
  cursorMcp?.registerServer?.({ name: 'tensordock', server: program });
  // Why it couldn't is in the log.
  if (cursorMcp || context.globalState.get(listens) === true) listen().catch(() => undefined);
  return [...tools, ...(cursor ? [] : offerMcp(program, listen))];
}

/** Offers the MCP server to VS Code, if it takes one. */
function offerMcp(
  { command, args, env }: Program,
  listen: () => Promise<void>,
): readonly { dispose(): unknown }[] {
  const lm = vscode.lm;
  const Definition = vscode.McpStdioServerDefinition;
  if (!Definition || !lm?.registerMcpServerDefinitionProvider) return [];
  const changed = new vscode.EventEmitter<void>();
  try {
    return [
      lm.registerMcpServerDefinitionProvider('tensordock', {
        onDidChangeMcpServerDefinitions: changed.event,
        provideMcpServerDefinitions: () =>
          isEnabled() ? [new Definition('TensorDock', command, args, env)] : [],
        resolveMcpServerDefinition: async (server) => {
          await listen();
          return server;
        },
      }),
      changed,
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('tensordock.agents.enabled')) changed.fire();
      }),
    ];
  } catch {
    // 1.100 has it for a few extensions only, and throws.
    return [];
  }
}
