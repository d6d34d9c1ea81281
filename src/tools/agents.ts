import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { makePrivateFolder } from '../base/lock';
import { escapeMarkdown } from '../base/markdown';
import { endpointFolder } from '../mcp/endpoint';
import { errorText } from '../vscode/messages';
import { Bridge } from './bridge';
import { plannedForAccount, runForAccount, type ToolAccounts } from './accountTool';
import type { ToolResult } from './runTool';
import type { ToolParts } from './tool';

/** How an agent starts the MCP server. */
export interface McpProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface AgentParts extends ToolAccounts, Pick<ToolParts, 'log'> {
  /** A folder of this person alone, which all windows share. */
  readonly storage: string;
  readonly program: McpProgram;
  /** Lets the windows that open next listen at once. */
  readonly keepListening: () => PromiseLike<void>;
}

/** The tools as the editor's agents call them, and where MCP servers reach them. */
export class Agents {
  private bridge: Promise<Bridge> | undefined;
  private readonly listener = vscode.window.onDidChangeWindowState(({ focused }) => {
    if (focused) void this.bridge?.then(async (bridge) => bridge.focused()).catch(() => undefined);
  });

  constructor(private readonly parts: AgentParts) {}

  /** What the editor asks before a call. It's no more than a notice: the call asks as well. Changes nothing. */
  async prepare(
    name: string,
    input: unknown,
    token: vscode.CancellationToken,
  ): Promise<vscode.PreparedToolInvocation | undefined> {
    const question = await whileWanted(token, async (signal) =>
      plannedForAccount(this.parts, name, input, signal),
    );
    if (!question) return undefined;
    const text = [question.message, ...question.detail].map(escapeMarkdown).join('\n\n');
    return {
      confirmationMessages: {
        title: vscode.l10n.t('Let the agent ask you for this change?'),
        message: new vscode.MarkdownString(text),
      },
    };
  }

  /** Calls a tool. Throws `CancellationError` if the call was canceled before anything was begun. */
  async invoke(
    name: string,
    input: unknown,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const result = await whileWanted(token, async (signal) => runForAccount(this.parts, name, input, signal));
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(result))]);
  }

  /** Lets MCP servers reach this window. */
  async listen(): Promise<void> {
    const { storage, log } = this.parts;
    this.bridge ??= Bridge.open({
      folder: endpointFolder(storage),
      log,
      call: async (name, input, signal) => this.call(name, input, signal),
    });
    try {
      await this.bridge;
    } catch (error) {
      this.bridge = undefined;
      log.warn(`agents: ${errorText(error)}`);
      throw error;
    }
  }

  /**
   * The entry for the configuration file of an agent. It starts the server by a file that stays where it is when the
   * extension is updated. From now on, this and each new window listens.
   */
  async configuration(): Promise<string> {
    const { storage, program, keepListening } = this.parts;
    await this.listen();
    await keepListening();
    const folder = endpointFolder(storage);
    const [server = '', ...rest] = program.args;
    const starter = path.join(folder, 'mcp.cjs');
    await makePrivateFolder(folder);
    await writeFile(starter, `require(${JSON.stringify(server)});\n`, { mode: 0o600 });
    const entry = { command: program.command, args: [starter, ...rest], env: program.env };
    return JSON.stringify({ mcpServers: { tensordock: entry } }, undefined, 2);
  }

  async dispose(): Promise<void> {
    this.listener.dispose();
    const bridge = await this.bridge?.catch(() => undefined);
    await bridge?.dispose();
  }

  private async call(name: string, input: unknown, signal: AbortSignal): Promise<ToolResult> {
    return runForAccount(this.parts, name, input, signal);
  }
}

async function whileWanted<T>(
  token: vscode.CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const cancel = (): void => abort.abort(new vscode.CancellationError());
  const listener = token.onCancellationRequested(cancel);
  if (token.isCancellationRequested) cancel();
  try {
    return await work(abort.signal);
  } finally {
    listener.dispose();
  }
}
