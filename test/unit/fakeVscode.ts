/** A small `vscode` for tests of what a person reads and answers: `vi.mock('vscode', …)` with `fakeVscode`. */

type Listener<T> = (value: T) => unknown;

/** What was shown, and which button or item is chosen. */
export const window = {
  /** Every text in the order in which it was shown: messages, details, buttons, labels, placeholders. */
  texts: [] as string[],
  /** Messages alone. */
  messages: [] as string[],
  errors: [] as string[],
  /** The index of the button or item that is chosen; undefined: the question is dismissed. */
  answer: undefined as number | undefined,
  /** The indexes of the items where any number can be picked; undefined: the question is dismissed. */
  picked: [] as number[] | undefined,
  /** What is typed into an input box. */
  typed: undefined as string | undefined,
  /** Called before an answer is given. */
  beforeAnswer: (): void => undefined,
  cancel: (): void => undefined,
  /** What shows progress in a notification. */
  progress: [] as string[],
  /** Commands that were run, with their arguments. */
  ran: [] as unknown[][],
  /** The options of terminals that were opened. */
  terminals: [] as unknown[],
  /** The clipboard. */
  copied: '',
  statusItem: { text: '', tooltip: { value: '', isTrusted: undefined as unknown }, visible: false },
};

export function resetWindow(): void {
  Object.assign(window, {
    texts: [],
    messages: [],
    errors: [],
    answer: undefined,
    picked: [],
    typed: undefined,
    beforeAnswer: () => undefined,
    cancel: () => undefined,
    progress: [],
    ran: [],
    terminals: [],
    copied: '',
    statusItem: { text: '', tooltip: { value: '', isTrusted: undefined }, visible: false },
  });
}

class FakeInput {
  title?: string;
  prompt?: string;
  placeholder?: string;
  validationMessage?: string;
  value = '';
  password = false;
  ignoreFocusOut = false;
  busy = false;
  enabled = true;
  buttons: { tooltip: string }[] = [];
  private onAccept: () => void = () => undefined;
  private onHide: () => void = () => undefined;
  private onChange: Listener<string> = () => undefined;
  onDidTriggerButton = (): void => undefined;
  onDidAccept = (listener: () => void): void => void (this.onAccept = listener);
  onDidHide = (listener: () => void): void => void (this.onHide = listener);
  onDidChangeValue = (listener: Listener<string>): void => void (this.onChange = listener);
  show = (): void => undefined;
  hide = (): void => this.onHide();
  dispose = (): void => undefined;

  type(value: string): void {
    this.value = value;
    this.onChange(value);
  }

  accept(value: string): void {
    this.type(value);
    this.onAccept();
  }
}

/** The input box that was opened last. */
export let input = new FakeInput();

function show(message: string, ...rest: unknown[]): Promise<unknown> {
  const buttons = rest.filter(hasTitle);
  const detail = rest.filter(hasDetail).map((options) => options.detail);
  window.messages.push(message);
  window.texts.push(message, ...detail, ...buttons.map(({ title }) => title));
  window.beforeAnswer();
  return Promise.resolve(window.answer === undefined ? undefined : buttons[window.answer]);
}

function hasTitle(value: unknown): value is { title: string } {
  return typeof value === 'object' && value !== null && 'title' in value;
}

function hasDetail(value: unknown): value is { detail: string } {
  return typeof value === 'object' && value !== null && 'detail' in value;
}

function push(...texts: (string | undefined)[]): void {
  window.texts.push(...texts.filter((text) => text !== undefined));
}

interface Item {
  label: string;
  description?: string;
  detail?: string;
}

class Emitter<T> {
  private readonly listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): { dispose: () => void } => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

function uri(path: string): { path: string; fsPath: string; toString: () => string } {
  return { path, fsPath: path, toString: () => path };
}

/** A webview panel: what was posted to its page, and what its page and VS Code do. */
export class FakePanel {
  readonly posted: unknown[] = [];
  readonly received = new Emitter<unknown>();
  private readonly states = new Emitter<void>();
  private readonly disposals = new Emitter<void>();
  visible = true;
  title = '';
  revealed = 0;
  readonly onDidChangeViewState = this.states.event;
  readonly onDidDispose = this.disposals.event;
  readonly webview = {
    options: {},
    html: '',
    cspSource: 'vscode-resource:',
    asWebviewUri: (resource: unknown): unknown => resource,
    onDidReceiveMessage: this.received.event,
    postMessage: (message: unknown): Promise<boolean> => {
      this.posted.push(message);
      return Promise.resolve(true);
    },
  };

  /** What the page sends. */
  send(message: unknown): void {
    this.received.fire(message);
  }

  /** The person switches to another tab, or back. */
  show(visible: boolean): void {
    this.visible = visible;
    this.states.fire();
  }

  reveal(): void {
    this.revealed += 1;
    this.show(true);
  }

  /** The person closes the tab. */
  dispose(): void {
    this.disposals.fire();
  }
}

export const fakeVscode: Readonly<Record<string, unknown>> = {
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
  // Same message as the real one.
  CancellationError: class extends Error {
    constructor() {
      super('Canceled');
    }
  },
  EventEmitter: Emitter,
  Disposable: class {
    constructor(readonly dispose: () => void) {}
  },
  Uri: {
    file: uri,
    joinPath: (base: { path: string }, ...parts: string[]) => uri([base.path, ...parts].join('/')),
  },
  ViewColumn: { Active: -1, Beside: -2 },
  env: {
    language: 'en',
    shell: '/bin/bash',
    clipboard: { writeText: (text: string) => Promise.resolve(void (window.copied = text)) },
  },
  workspace: {
    // Nobody has set anything.
    getConfiguration: () => ({ inspect: () => undefined }),
    onDidChangeTextDocument: new Emitter<unknown>().event,
    onDidCloseTextDocument: new Emitter<unknown>().event,
  },
  ThemeIcon: class {
    constructor(
      readonly id: string,
      readonly color?: unknown,
    ) {}
  },
  ThemeColor: class {
    constructor(readonly id: string) {}
  },
  TreeItem: class {
    constructor(
      readonly label: string,
      readonly collapsibleState: number,
    ) {}
  },
  MarkdownString: class {
    isTrusted: unknown;
    constructor(readonly value: string) {}
  },
  TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
  QuickPickItemKind: { Separator: -1, Default: 0 },
  ProgressLocation: { Notification: 15, Window: 10 },
  StatusBarAlignment: { Left: 1, Right: 2 },
  InputBoxValidationSeverity: { Info: 1 },
  ConfigurationTarget: { Global: 1 },
  commands: {
    executeCommand: (...args: unknown[]) => {
      window.ran.push(args);
      return Promise.resolve(undefined);
    },
  },
  window: {
    state: { focused: true },
    onDidChangeWindowState: () => ({ dispose: () => undefined }),
    showErrorMessage: (message: string, ...rest: unknown[]) => {
      window.errors.push(message);
      return show(message, ...rest);
    },
    showWarningMessage: show,
    showInformationMessage: show,
    showQuickPick: (
      items: Item[],
      {
        title,
        placeHolder,
        canPickMany = false,
      }: { title?: string; placeHolder: string; canPickMany?: boolean },
    ) => {
      push(
        title,
        placeHolder,
        ...items.flatMap(({ label, description, detail }) => [label, description, detail]),
      );
      window.beforeAnswer();
      if (canPickMany) return Promise.resolve(window.picked?.map((index) => items[index]));
      return Promise.resolve(window.answer === undefined ? undefined : items[window.answer]);
    },
    showInputBox: (options: {
      title?: string;
      prompt?: string;
      placeHolder?: string;
      validateInput?: (text: string) => string | { message: string } | undefined;
    }) => {
      const remark = options.validateInput?.('x');
      push(options.title, options.prompt, options.placeHolder);
      push(typeof remark === 'string' ? remark : remark?.message);
      window.beforeAnswer();
      return Promise.resolve(window.typed);
    },
    showOpenDialog: (options: { title: string; openLabel: string }) => {
      push(options.title, options.openLabel);
      return Promise.resolve(undefined);
    },
    createInputBox: () => (input = new FakeInput()),
    createStatusBarItem: () =>
      Object.assign(window.statusItem, {
        show: () => (window.statusItem.visible = true),
        hide: () => (window.statusItem.visible = false),
        dispose: () => undefined,
      }),
    createTerminal: (options: { name: string }) => {
      push(options.name);
      window.terminals.push(options);
      return { show: () => undefined };
    },
    setStatusBarMessage: (text: string) => push(text),
    withProgress: async (
      { title, location }: { title: string; location: number },
      task: (progress: unknown, cancelled: unknown) => Promise<unknown>,
    ) => {
      push(title);
      if (location === 15) window.progress.push(title);
      return task(
        { report: ({ message }: { message: string }) => push(message) },
        {
          onCancellationRequested: (listener: () => void) => {
            window.cancel = listener;
            return { dispose: () => undefined };
          },
        },
      );
    },
  },
};
