import * as vscode from 'vscode';

/** A form's cloud-init in an editor. Each change in the editor goes back to the form. */
export class CloudInitEditors implements vscode.Disposable {
  private readonly documents = new Map<vscode.TextDocument, object>();
  private readonly listeners = new Map<object, (text: string) => void>();
  private readonly disposables: vscode.Disposable[] = [
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const form = this.documents.get(document);
      if (form) this.listeners.get(form)?.(document.getText());
    }),
    vscode.workspace.onDidCloseTextDocument((document) => this.documents.delete(document)),
  ];

  async open(form: object, text: string): Promise<void> {
    for (const [document, owner] of this.documents) if (owner === form) this.documents.delete(document);
    const content = text.trim() === '' ? '#cloud-config\n' : text;
    const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
    this.documents.set(document, form);
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
  }

  onDidChange(form: object, listener: (text: string) => void): vscode.Disposable {
    this.listeners.set(form, listener);
    return new vscode.Disposable(() => this.listeners.delete(form));
  }

  dispose(): void {
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
    this.documents.clear();
    this.listeners.clear();
  }
}
