/** An extension that opens windows over SSH and answers to `ssh-remote+<alias>`. */
export interface RemoteFlavour {
  readonly extensionId: string;
  readonly name: string;
  /** Whether it has `opensshremotes.openEmptyWindow`; `vscode.newWindow` with a `remoteAuthority` works with all. */
  readonly hasOpenSshCommands: boolean;
}

/** What is known of the editor we run in. */
export interface EditorFacts {
  /** `vscode.env.appName`. */
  readonly appName: string;
  /** `vscode.env.uriScheme`. */
  readonly uriScheme: string;
  /** Whether an extension is there, by id; ids are compared without case by the editor. */
  readonly isInstalled: (extensionId: string) => boolean;
}

/** `use` is installed here; where nothing is, `offer` is what this editor can install. */
export interface FlavourChoice {
  readonly use?: RemoteFlavour;
  readonly offer: RemoteFlavour;
}

interface Home extends RemoteFlavour {
  /** The editors it comes with or is made for; the first that fits is looked at before the others. */
  readonly editor: RegExp;
}

const microsoft: Home = {
  extensionId: 'ms-vscode-remote.remote-ssh',
  name: 'Remote - SSH',
  hasOpenSshCommands: true,
  // Microsoft's licence is for Microsoft's own builds.
  editor: /^(?:vscode|vscode-insiders|vscode-exploration)$|^visual studio code/i,
};

const open: Home = {
  extensionId: 'jeanp413.open-remote-ssh',
  name: 'Open Remote - SSH',
  hasOpenSshCommands: false,
  editor: /codium|^code-oss$|code - oss/i,
};

const flavours: readonly Home[] = [
  microsoft,
  {
    extensionId: 'anysphere.remote-ssh',
    name: 'Cursor Remote SSH',
    hasOpenSshCommands: false,
    editor: /cursor/i,
  },
  {
    extensionId: 'codeium.windsurf-remote-openssh',
    name: 'Windsurf Remote OpenSSH',
    hasOpenSshCommands: false,
    editor: /windsurf/i,
  },
  {
    extensionId: 'google.antigravity-remote-openssh',
    name: 'Antigravity Remote OpenSSH',
    hasOpenSshCommands: false,
    editor: /antigravity/i,
  },
  open,
];

/** All extension ids that are recognised. */
export const flavourIds: readonly string[] = flavours.map((flavour) => flavour.extensionId);

/** The editor's own flavour where it is there, else any that is; unknown editors are offered the open one. */
export function chooseFlavour(editor: EditorFacts): FlavourChoice {
  const own = flavours.find((each) => each.editor.test(editor.uriScheme) || each.editor.test(editor.appName));
  const candidates = own === undefined ? flavours : [own, ...flavours];
  return { use: candidates.find((each) => editor.isInstalled(each.extensionId)), offer: own ?? open };
}
