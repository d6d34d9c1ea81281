import { expect, test } from 'vitest';
import { McpServer, type ListedTool } from '../../../src/mcp/server';
import { Deferred } from '../../../src/base/deferred';

const tool: ListedTool = {
  name: 'tensordock_x',
  title: 'x',
  description: 'x',
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true, destructiveHint: false },
};

type Call = (name: string, input: unknown, signal: AbortSignal) => Promise<Record<string, unknown>>;

function start(call: Call = async () => ({ outcome: 'done' })): {
  readonly sent: Readonly<Record<string, unknown>>[];
  readonly receive: (message: unknown) => Promise<void>;
  readonly server: McpServer;
} {
  const sent: Readonly<Record<string, unknown>>[] = [];
  const server = new McpServer({
    version: '1.2.3',
    tools: [tool],
    call,
    send: (message) => sent.push(message),
  });
  const receive = async (message: unknown): Promise<void> =>
    server.receive(typeof message === 'string' ? message : JSON.stringify(message));
  return { sent, receive, server };
}

const call = (id: unknown, params: unknown = { name: tool.name }): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params,
});

test.each([
  ['not JSON', -32700, null],
  ['[]', -32600, null],
  ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, null],
  ['null', -32600, null],
  ['"text"', -32600, null],
  ['{"id":1,"method":"ping"}', -32600, null],
  ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, null],
  ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, null],
  ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, null],
  ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, null],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32602, 1],
  ['{"jsonrpc":"2.0","id":1,"method":"resources/list"}', -32601, 1],
  ['{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32601, 1],
  ['{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"constructor"}}', -32602, 'a'],
  ['{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{}}', -32602, 'a'],
])('%s is answered with error %d', async (line, code, id) => {
  const { sent, receive } = start();
  await receive(line);
  expect(sent).toEqual([{ jsonrpc: '2.0', id, error: { code, message: expect.any(String) as string } }]);
});

test.each([
  ['{"jsonrpc":"2.0","method":"notifications/initialized"}'],
  ['{"jsonrpc":"2.0","method":"tools/call","params":{"name":"tensordock_x"}}'],
  ['{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}'],
  ['{"jsonrpc":"2.0","id":1,"result":{}}'],
])('%s has no answer', async (line) => {
  let calls = 0;
  const { sent, receive } = start(async () => ({ outcome: 'done', calls: ++calls }));
  await receive(line);
  expect(sent).toEqual([]);
  expect(calls).toBe(0);
});

test.each([
  ['2025-06-18', '2025-06-18'],
  ['2024-11-05', '2024-11-05'],
  ['1999-01-01', '2025-11-25'],
  [7, '2025-11-25'],
])('a client that speaks %s gets %s', async (wanted, got) => {
  const { sent, receive } = start();
  await receive({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: wanted } });
  expect(sent[0]?.result).toMatchObject({ protocolVersion: got, serverInfo: { version: '1.2.3' } });
});

test('a result is text and structure, and an error unless it is done', async () => {
  const { sent, receive } = start(async (_, input) => ({ outcome: input === 1 ? 'done' : 'declined' }));
  await receive(call(1, { name: tool.name, arguments: 1 }));
  await receive(call(2, { name: tool.name, arguments: 2 }));
  expect(sent[0]?.result).toEqual({
    content: [{ type: 'text', text: '{"outcome":"done"}' }],
    structuredContent: { outcome: 'done' },
    isError: false,
  });
  expect(sent[1]?.result).toMatchObject({ isError: true });
});

test('a call that fails is unknown, with the reason', async () => {
  const { sent, receive } = start(() => Promise.reject(new Error('gone')));
  await receive(call(1));
  expect(sent[0]?.result).toMatchObject({
    isError: true,
    structuredContent: { outcome: 'unknown', error: { untrustedText: 'gone' } },
  });
});

test('a canceled call is aborted and has no answer; its ID is in use until then', async () => {
  const begun = new Deferred();
  const { sent, receive } = start(
    (_name, _input, signal) =>
      new Promise((_, reject) => {
        begun.resolve(undefined);
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  );
  const running = receive(call(1));
  await begun.promise;
  await receive(call(1));
  expect(sent).toMatchObject([{ id: 1, error: { code: -32600 } }]);
  await receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
  await running;
  expect(sent).toHaveLength(1);
});
