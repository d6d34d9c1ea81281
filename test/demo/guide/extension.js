/* global require, exports */
// Opens what the demo begins with: the instances, and the walkthrough beside them.
const vscode = require('vscode');

exports.activate = async (context) => {
  // Once, not after each reload.
  if (context.globalState.get('shown')) return;
  await context.globalState.update('shown', true);
  // Before the extension signs in, so that the walkthrough sees that happen.
  await vscode.commands.executeCommand(
    'workbench.action.openWalkthrough',
    'vscode-tensordock.tensordock#start',
    false,
  );
  await vscode.commands.executeCommand('tensordock.instances.focus');
};
