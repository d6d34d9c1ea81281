/* global require, exports */
// As little as an extension can do: VS Code makes its API for each one that asks for it.
const vscode = require('vscode');

exports.activate = () => ({ vscode: vscode.version });
