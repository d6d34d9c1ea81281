import * as l10n from '@vscode/l10n';

/** Draws at most once a frame, and not before the extension has said hello with its translations. */
export class Page {
  private ready = false;
  private scheduled = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly draw: () => void,
  ) {}

  greet(texts: Record<string, string> | undefined): void {
    if (texts) l10n.config({ contents: texts });
    // What the shell showed until now is not ours to render over.
    if (!this.ready) this.root.replaceChildren();
    this.ready = true;
  }

  redraw(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      if (this.ready) this.draw();
    });
  }
}

/** Takes the keyboard to the first field that keeps a form from being sent. */
export function focusFirstProblem(root: HTMLElement): void {
  const line = [...root.querySelectorAll('.problem')].find((element) => element.textContent.trim() !== '');
  const near = line?.closest('.field') ?? line?.closest('fieldset');
  near?.querySelector<HTMLElement>('vscode-textfield, vscode-textarea, select, input')?.focus();
}
