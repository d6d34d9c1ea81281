import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The folder with the forms' bundles, the only one a form can load from. */
export function webviewFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

/** A form's page: a shell that can load our script and style sheet, and nothing else. */
export function formHtml(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  form: 'create' | 'modify',
): string {
  const folder = webviewFolder(extensionUri);
  const address = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  const nonce = randomBytes(18).toString('base64');
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  const title = escaped(
    form === 'create' ? vscode.l10n.t('Create an Instance') : vscode.l10n.t('Modify Instance'),
  );
  return `<!DOCTYPE html>
<html lang="${escaped(vscode.env.language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${escaped(address('forms.css'))}" />
    <title>${title}</title>
  </head>
  <body>
    <main id="form"><p class="main" role="status">${escaped(vscode.l10n.t('Loading…'))}</p></main>
    <script nonce="${nonce}" src="${escaped(address(`${form}.js`))}"></script>
  </body>
</html>`;
}

/** VS Code's translations for the form, if there are any. */
export function formTexts(): Record<string, string> | undefined {
  const texts = Object.entries(vscode.l10n.bundle ?? {});
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
