import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';

/** The pages that we show in editors. Each has a script of that name. */
export type PageName = 'create' | 'modify' | 'costs';

/** The folder with the pages' bundles, the only one a page can load from. */
export function webviewFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

/** A page: a shell that can load our script and style sheets, and nothing else. */
export function pageHtml(webview: vscode.Webview, extensionUri: vscode.Uri, page: PageName): string {
  const folder = webviewFolder(extensionUri);
  const address = (file: string): string =>
    escaped(webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString());
  const nonce = randomBytes(18).toString('base64');
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  const preloads = partsOf(folder, page).map(
    (part) => `<link rel="modulepreload" nonce="${nonce}" href="${address(part)}" />`,
  );
  const styles = page === 'costs' ? ['forms.css', 'costs.css'] : ['forms.css'];
  return `<!DOCTYPE html>
<html lang="${escaped(vscode.env.language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <script nonce="${nonce}">${keepEarlyMessages}</script>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    ${preloads.join('\n    ')}
    ${styles.map((style) => `<link rel="stylesheet" href="${address(style)}" />`).join('\n    ')}
    <title>${escaped(titleOf(page))}</title>
  </head>
  <body>
    <main id="form"><p class="main" role="status">${escaped(vscode.l10n.t('Loading…'))}</p></main>
    <script type="module" nonce="${nonce}" src="${address(`${page}.js`)}"></script>
  </body>
</html>`;
}

/**
 * VS Code passes messages on even if the page's own script takes too long to load: none is to be lost. It comes before
 * the style sheets, which it would wait for.
 */
const keepEarlyMessages = `
      const early = [];
      const keep = (event) => early.push(event.data);
      window.addEventListener('message', keep);
      window.takeEarlyMessages = () => {
        window.removeEventListener('message', keep);
        return early;
      };
    `;

/** The bundles that a page's script imports: named here, they are loaded beside it and not after it. */
function partsOf(folder: vscode.Uri, page: PageName): readonly string[] {
  let script = '';
  try {
    script = readFileSync(vscode.Uri.joinPath(folder, `${page}.js`).fsPath, 'utf8');
  } catch {
    // The page says that it can't be loaded.
  }
  return [...script.matchAll(/\bfrom ?"\.\/(chunk-\w+\.js)"/g)].flatMap(([, part]) => part ?? []);
}

/** VS Code's translations for the page, if there are any. */
export function pageTexts(): Record<string, string> | undefined {
  const texts = Object.entries(vscode.l10n.bundle ?? {});
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

function titleOf(page: PageName): string {
  switch (page) {
    case 'create':
      return vscode.l10n.t('Create an Instance');
    case 'modify':
      return vscode.l10n.t('Modify Instance');
    case 'costs':
      return vscode.l10n.t('TensorDock Costs');
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
