/** An extension that opens windows over SSH and handles `ssh-remote+<alias>`. */
export interface RemoteExtension {
  readonly extensionId: string;
  readonly name: string;
}

/** What is known of the editor we run in. */
export interface EditorFacts {
  /** `vscode.env.appName`. */
  readonly appName: string;
  /** `vscode.env.uriScheme`. */
  readonly uriScheme: string;
  /** Whether an extension is installed. The editor compares ids without case. */
  readonly isInstalled: (extensionId: string) => boolean;
}

/** `use` is installed here; if nothing is, `offer` is what this editor can install. */
export interface RemoteExtensionChoice {
  readonly use?: RemoteExtension;
  readonly offer: RemoteExtension;
}

interface KnownExtension extends RemoteExtension {
  /** The editors it comes with or is made for. */
  readonly editor: RegExp;
}

const open: KnownExtension = {
  extensionId: 'jeanp413.open-remote-ssh',
  name: 'Open Remote - SSH',
  editor: /codium|^code-oss$|code - oss/i,
};

const known: readonly KnownExtension[] = [
  {
    extensionId: 'ms-vscode-remote.remote-ssh',
    name: 'Remote - SSH',
    // Its license allows Microsoft's own builds only.
    editor: /^(?:vscode|vscode-insiders|vscode-exploration)$|^visual studio code/i,
  },
  { extensionId: 'anysphere.remote-ssh', name: 'Cursor Remote SSH', editor: /cursor/i },
  { extensionId: 'codeium.windsurf-remote-openssh', name: 'Windsurf Remote OpenSSH', editor: /windsurf/i },
  {
    extensionId: 'google.antigravity-remote-openssh',
    name: 'Antigravity Remote OpenSSH',
    editor: /antigravity/i,
  },
  open,
];

/** The editor's own extension if it is installed, else any that is. Unknown editors are offered the open one. */
export function chooseRemoteExtension(editor: EditorFacts): RemoteExtensionChoice {
  const own = known.find((each) => each.editor.test(editor.uriScheme) || each.editor.test(editor.appName));
  const candidates = own === undefined ? known : [own, ...known];
  return { use: candidates.find((each) => editor.isInstalled(each.extensionId)), offer: own ?? open };
}
