import { describe, expect, test } from 'vitest';
import { chooseRemoteExtension } from '../../../../src/ssh/remote/remoteExtensions';

describe('which Remote-SSH', () => {
  const choose = (
    appName: string,
    uriScheme: string,
    ...installed: string[]
  ): ReturnType<typeof chooseRemoteExtension> =>
    chooseRemoteExtension({ appName, uriScheme, isInstalled: (id) => installed.includes(id) });

  test.each([
    ['Visual Studio Code', 'vscode', 'ms-vscode-remote.remote-ssh'],
    ['Visual Studio Code - Insiders', 'vscode-insiders', 'ms-vscode-remote.remote-ssh'],
    ['VSCodium', 'vscodium', 'jeanp413.open-remote-ssh'],
    ['Cursor', 'cursor', 'anysphere.remote-ssh'],
    ['Windsurf', 'windsurf', 'codeium.windsurf-remote-openssh'],
    ['Antigravity', 'antigravity', 'google.antigravity-remote-openssh'],
    ['Something', 'something', 'jeanp413.open-remote-ssh'],
  ])('%s is offered its own', (appName, scheme, id) => {
    expect(choose(appName, scheme)).toMatchObject({ use: undefined, offer: { extensionId: id } });
  });

  test('what is installed is used, its own first', () => {
    const open = 'jeanp413.open-remote-ssh';
    expect(choose('Cursor', 'cursor', open).use?.extensionId).toBe(open);
    expect(choose('Cursor', 'cursor', open, 'anysphere.remote-ssh').use?.extensionId).toBe(
      'anysphere.remote-ssh',
    );
  });
});
