/* global require, exports */
// Opens a webview that has its rows from the beginning: no script, no style, no message.
const vscode = require('vscode');

const rows = Array.from(
  { length: Number(process.env.TENSORDOCK_BENCH_ROWS) },
  (_, at) => `<label class="row"><input type="radio" name="gpu" />GeForce RTX ${at} 24 GB $0.30</label>`,
);

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand('bench.stillPage', () => {
      const panel = vscode.window.createWebviewPanel('bench.stillPage', 'Still', vscode.ViewColumn.Active);
      panel.webview.html = `<!DOCTYPE html><html lang="en"><body><main id="form">${rows.join('')}</main></body></html>`;
    }),
  );
};
