import * as l10n from '@vscode/l10n';
import { setLanguage } from '../../../base/locale';

/** Draws at most once per frame, and not before the extension has sent its translations. */
export class Page {
  private ready = false;
  private scheduled = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly draw: () => void,
  ) {}

  /** Whether the first contents have come. */
  get isReady(): boolean {
    return this.ready;
  }

  initialize(texts: Record<string, string> | undefined): void {
    setLanguage(document.documentElement.lang);
    if (texts) l10n.config({ contents: texts });
    // Remove the loading text of the HTML shell before the first render.
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

/** Focuses the first field with a problem. */
export function focusFirstProblem(root: HTMLElement): void {
  const line = [...root.querySelectorAll('.problem')].find((element) => element.textContent.trim() !== '');
  const near = line?.closest('.field') ?? line?.closest('fieldset');
  const control = ['input:checked', 'vscode-textfield, vscode-textarea, select, input']
    .map((selector) => near?.querySelector<HTMLElement>(selector))
    .find((element) => element);
  control?.focus();
  line?.scrollIntoView({ block: 'nearest' });
}
