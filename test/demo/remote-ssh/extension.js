/* global require, exports */
// Has the ID of Microsoft's Remote-SSH, which isn't here: shows the window that it would open, with a terminal on the
// instance.
const vscode = require('vscode');

exports.activate = (context) => {
  const show = (authority, folder) => {
    const alias = decodeURIComponent(authority ?? '').replace(/^ssh-remote\+/, '');
    const panel = vscode.window.createWebviewPanel('demo.window', `${alias} [SSH]`, vscode.ViewColumn.Active);
    panel.webview.html = page(alias, folder);
    const configFile = vscode.workspace.getConfiguration('remote.SSH').get('configFile');
    const shellArgs = [...(configFile ? ['-F', configFile] : []), alias];
    vscode.window.createTerminal({ name: alias, shellPath: 'ssh', shellArgs }).show();
  };
  // A command registered here is found before VS Code's own of the same name by all extensions of this host.
  const own = {
    'vscode.openFolder': (uri) => show(uri?.authority, uri?.path),
    'vscode.newWindow': (options) => show(options?.remoteAuthority),
  };
  for (const [name, run] of Object.entries(own)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
};

const page = (alias, folder) => `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <style>
      body { max-width: 40em; margin: 2em auto; line-height: 1.6; }
      .window { border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, gray)); }
      .bar { padding: 0.3em 1em; background: var(--vscode-titleBar-activeBackground); text-align: center; }
      .body { padding: 2em; color: var(--vscode-descriptionForeground); }
      .remote { display: inline-block; padding: 0 1em; background: var(--vscode-statusBarItem-remoteBackground);
        color: var(--vscode-statusBarItem-remoteForeground); }
    </style>
  </head>
  <body>
    <h1>Connected</h1>
    <p>With Remote-SSH, VS Code now opens this window. The demo doesn’t have Remote-SSH. The terminal below is
      on the instance, over the same SSH entry.</p>
    <div class="window">
      <div class="bar">${clean(folder ?? 'Welcome')} [SSH: ${clean(alias)}]</div>
      <div class="body">${folder ? `Explorer: ${clean(folder)}` : 'No folder opened'}</div>
      <div class="remote">&gt;&lt; SSH: ${clean(alias)}</div>
    </div>
  </body>
</html>`;

const clean = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
