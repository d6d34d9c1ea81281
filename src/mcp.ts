import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BridgeClient } from './mcp/bridgeClient';
import { endpointFolder } from './mcp/endpoint';
import { readLines } from './mcp/lines';
import { listedTools } from './mcp/manifest';
import { McpServer } from './mcp/server';

/*
 * The MCP server, a process of its own that an agent starts: it lists the tools of the manifest, and calls them in the
 * editor's window. Its argument is the extension's private folder.
 */
const manifest = listedTools(readFileSync(path.join(__dirname, '../package.json'), 'utf8'));
const bridge = new BridgeClient(endpointFolder(process.argv[2] ?? ''));
const server = new McpServer({
  ...manifest,
  call: async (name, input, signal) => bridge.call(name, input, signal),
  send: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
});

readLines(
  process.stdin,
  (text) => void server.receive(text),
  () => {
    server.dispose();
    process.exit(0);
  },
);
// The agent has closed its end.
process.stdout.on('error', () => process.exit(0));
