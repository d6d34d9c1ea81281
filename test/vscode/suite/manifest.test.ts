import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { extensionUnderTest } from '../world';

const manifest = v.object({
  contributes: v.optional(
    v.object({ commands: v.optional(v.array(v.object({ command: v.string() })), []) }),
    {},
  ),
});

describe('the manifest', () => {
  it('contributes exactly the commands that are registered', async () => {
    const extension = extensionUnderTest();
    await extension.activate();
    const contributed = v
      .parse(manifest, extension.packageJSON)
      .contributes.commands.map(({ command }) => command);
    const registered = (await vscode.commands.getCommands(true)).filter(
      // VS Code itself adds commands to focus, open and reset each view.
      (id) => id.startsWith('tensordock.') && !/^tensordock\.(instances|activity)\.\w+$/.test(id),
    );
    assert.deepEqual(registered.sort(), contributed.sort());
  });
});
