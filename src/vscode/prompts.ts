import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { messageText } from '../base/text';
import { checked } from './messages';

/** An item's icons go into `iconPath`: a `$(…)` in its texts is shown as it is written. */
export interface PickOptions {
  readonly title?: string;
  readonly placeHolder: string;
  /** The description and the detail are searched as well. */
  readonly matchAll?: boolean;
}

/** Lets the person pick one of `items`, each passed through `messageText`; `undefined` if none was picked. */
export async function pick<T extends vscode.QuickPickItem>(
  items: readonly T[],
  { title, placeHolder, matchAll = false }: PickOptions,
): Promise<T | undefined> {
  const picked = await checked(
    vscode.window.showQuickPick(items.map(shownItem), {
      title: cleaned(title),
      placeHolder: messageText(placeHolder),
      matchOnDescription: matchAll,
      matchOnDetail: matchAll,
    }),
  );
  return picked?.item;
}

/** A button of an item, and what it's for. */
export interface ItemButton<T extends string> {
  readonly id: T;
  /** Name of a codicon. */
  readonly icon: string;
  readonly tooltip: string;
}

/** Like `pick`, for items that also have buttons. Resolves with the item, and the button if one was pressed. */
export async function pickWithButtons<T extends vscode.QuickPickItem, B extends string>(
  items: readonly (T & { readonly actions?: readonly ItemButton<B>[] })[],
  { title, placeHolder }: PickOptions,
): Promise<{ readonly item: T; readonly button?: B } | undefined> {
  const input = vscode.window.createQuickPick<ReturnType<typeof shownItem<(typeof items)[number]>>>();
  input.title = cleaned(title);
  input.placeholder = messageText(placeHolder);
  input.items = items.map((item) => ({
    ...shownItem(item),
    buttons: (item.actions ?? []).map(({ id, icon, tooltip }) => ({
      id,
      iconPath: new vscode.ThemeIcon(icon),
      tooltip: messageText(tooltip),
    })),
  }));
  try {
    return await checked(
      new Promise<{ readonly item: T; readonly button?: B } | undefined>((resolve) => {
        input.onDidHide(() => resolve(undefined));
        input.onDidAccept(() => {
          const [picked] = input.selectedItems;
          if (picked) resolve({ item: picked.item });
        });
        input.onDidTriggerItemButton(({ item: { item, buttons = [] }, button }) => {
          const pressed = item.actions?.[buttons.indexOf(button)];
          if (pressed) resolve({ item, button: pressed.id });
        });
        input.show();
      }),
    );
  } finally {
    input.dispose();
  }
}

/** Lets the person pick any number of `items`, each passed through `messageText`; `undefined` if they cancel. */
export async function pickMany<T extends vscode.QuickPickItem>(
  items: readonly T[],
  { title, placeHolder, matchAll = false }: PickOptions,
): Promise<readonly T[] | undefined> {
  const picked = await checked(
    vscode.window.showQuickPick(items.map(shownItem), {
      canPickMany: true,
      title: cleaned(title),
      placeHolder: messageText(placeHolder),
      matchOnDescription: matchAll,
      matchOnDetail: matchAll,
    }),
  );
  return picked?.map(({ item }) => item);
}

/** A remark about a text while it's typed. The person can accept the text despite an `info`. */
export type Remark = string | { readonly info: string } | undefined;

export interface TextOptions {
  readonly title?: string;
  readonly prompt?: string;
  readonly placeHolder?: string;
  readonly value?: string;
  readonly password?: boolean;
  /** Stays open when the person clicks elsewhere, for example to copy a text. */
  readonly stayOpen?: boolean;
  /** What is wrong with a text, if anything. */
  readonly validate?: (text: string) => Remark;
}

/** Asks for a text; `undefined` if the person cancels. */
export async function askText(options: TextOptions): Promise<string | undefined> {
  const { title, prompt, placeHolder, value, password, stayOpen, validate } = options;
  return checked(
    vscode.window.showInputBox({
      title: cleaned(title),
      prompt: cleaned(prompt),
      placeHolder: cleaned(placeHolder),
      value,
      password,
      ignoreFocusOut: stayOpen,
      validateInput: validate && ((text) => remark(validate(text))),
    }),
  );
}

export interface LiveTextOptions extends Omit<TextOptions, 'validate'> {
  readonly buttons?: readonly {
    readonly icon: string;
    readonly tooltip: string;
    readonly run: () => unknown;
  }[];
  readonly onDidChange?: (text: string) => void;
  /**
   * Checks a text before it is accepted and resolves with what is wrong with it, if anything. Until then the input
   * says “Checking…”. `signal` is aborted when the input is closed.
   */
  readonly check?: (text: string, signal: AbortSignal) => Promise<string | undefined>;
}

/** Asks for a text, following it while it's typed or checking it before it's accepted; `undefined` if closed. */
export async function askTextLive(options: LiveTextOptions): Promise<string | undefined> {
  const input = vscode.window.createInputBox();
  const buttons = (options.buttons ?? []).map(({ icon, tooltip, run }) => ({
    iconPath: new vscode.ThemeIcon(icon),
    tooltip: messageText(tooltip),
    run,
  }));
  input.title = cleaned(options.title);
  input.prompt = cleaned(options.prompt);
  input.placeholder = cleaned(options.placeHolder);
  input.value = options.value ?? '';
  input.password = options.password ?? false;
  input.ignoreFocusOut = options.stayOpen ?? false;
  input.buttons = buttons;
  const closed = new AbortController();
  const accept = async (): Promise<string | undefined> => {
    const text = input.value;
    if (options.check) {
      input.validationMessage = {
        message: vscode.l10n.t('Checking…'),
        severity: vscode.InputBoxValidationSeverity.Info,
      };
    }
    const problem = await options.check?.(text, closed.signal);
    input.validationMessage = cleaned(problem);
    return problem === undefined ? text : undefined;
  };
  try {
    return await checked(
      new Promise<string | undefined>((resolve, reject) => {
        input.onDidTriggerButton((pressed) => buttons.find((button) => button === pressed)?.run());
        input.onDidChangeValue((text) => {
          input.validationMessage = undefined;
          options.onDidChange?.(text);
        });
        input.onDidHide(() => resolve(undefined));
        input.onDidAccept(() => {
          if (input.busy) return;
          input.busy = true;
          input.enabled = false;
          accept()
            .then((text) => {
              if (text !== undefined) resolve(text);
            }, reject)
            .finally(() => {
              input.busy = false;
              input.enabled = true;
            });
        });
        input.show();
      }),
    );
  } finally {
    closed.abort();
    input.dispose();
  }
}

/** Lets the person choose one file; `undefined` if none was chosen. */
export async function chooseFile(title: string, openLabel: string): Promise<vscode.Uri | undefined> {
  const files = await checked(
    vscode.window.showOpenDialog({ title: messageText(title), openLabel: messageText(openLabel) }),
  );
  return files?.[0];
}

function shownItem<T extends vscode.QuickPickItem>(item: T): vscode.QuickPickItem & { readonly item: T } {
  return {
    kind: item.kind,
    iconPath: item.iconPath,
    label: messageText(item.label),
    description: cleaned(item.description),
    detail: cleaned(item.detail),
    item,
  };
}

function remark(text: Remark): vscode.InputBoxValidationMessage | string | undefined {
  if (text === undefined || typeof text === 'string') return cleaned(text);
  return { message: messageText(text.info), severity: vscode.InputBoxValidationSeverity.Info };
}

function cleaned(text: string | undefined): string | undefined {
  return text === undefined ? undefined : messageText(text);
}

export interface SaveOptions {
  readonly title: string;
  /** The name to start with; the person chooses the folder. */
  readonly fileName: string;
  /** What such files are called, and what their names end with, without a dot. */
  readonly kind: string;
  readonly extension: string;
}

/** Asks where to save a file; `undefined` if the person cancels. */
export async function askWhereToSave({
  title,
  fileName,
  kind,
  extension,
}: SaveOptions): Promise<vscode.Uri | undefined> {
  return checked(
    vscode.window.showSaveDialog({
      title: messageText(title),
      defaultUri: vscode.Uri.file(path.join(homedir(), fileName)),
      filters: { [messageText(kind)]: [extension] },
    }),
  );
}
