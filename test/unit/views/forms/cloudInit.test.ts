import { describe, expect, it, vi } from 'vitest';
import { mergeCloudInit, parseCloudInit } from '../../../../src/views/forms/cloudInit';
import { recipes } from '../../../../src/views/forms/recipes';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

describe('cloud-init', () => {
  it('is parsed into what the service accepts', () => {
    const text =
      '#cloud-config\npackage_update: true\npackages: [htop]\nruncmd:\n  - echo hi\n  - [ls, -l]\n';
    expect(parseCloudInit(text).cloudInit).toMatchObject({
      packageUpdate: true,
      packages: ['htop'],
      runcmd: ['echo hi', ['ls', '-l']],
    });
    expect(parseCloudInit(' \n')).toEqual({ problems: [] });
  });

  it.each([
    ['users: []', 'users'],
    ['write_files:\n  - path: /a\n    content: x\n    encoding: b64', 'write_files.0.encoding'],
    ['packages: htop', 'packages'],
    ['package_update: maybe', 'package_update'],
    ['runcmd: [1', 'Line 1'],
    ['- a\n- b', 'keys'],
    ['packages: [a]\n---\npackages: [b]', 'single'],
    ['packages: [a]\npackages: [b]', 'Line 2'],
    ['packages: *none', 'Line 1'],
    ['runcmd: &all [*all]', 'runcmd.0'],
    ['write_files:\n  - path: /a', 'write_files.0.content'],
  ])('%j is refused with the position of the error', (text, named) => {
    const { cloudInit, problems } = parseCloudInit(text);
    expect(cloudInit).toBeUndefined();
    expect(problems[0]).toContain(named);
  });

  it('is empty where there are only comments', () => {
    expect(parseCloudInit('# nothing yet\n')).toEqual({ problems: [] });
  });

  it('is written so that cloud-init, which reads YAML 1.1, takes texts for texts', () => {
    const text = mergeCloudInit('runcmd: ["yes", "0644", "12:30:45"]', 'packages: ["no"]');
    for (const quoted of ["'yes'", "'0644'", "'12:30:45'", "'no'"]) expect(text).toContain(quoted);
  });

  it('doesn’t expand without bound', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]`);
    const text = `l0: &l0 [x]\n${levels.join('\n')}`;
    expect(() => parseCloudInit(text)).not.toThrow();
    expect(parseCloudInit(text).problems).not.toEqual([]);
  });

  it('every recipe is valid, also all of them together and twice', () => {
    let text = '';
    for (const recipe of [...recipes(), ...recipes()]) text = mergeCloudInit(text, recipe.text);
    const { cloudInit, problems } = parseCloudInit(text);
    expect(problems).toEqual([]);
    const commands = cloudInit?.runcmd ?? [];
    expect(new Set(commands.map((command) => JSON.stringify(command))).size).toBe(commands.length);
    expect(text).toContain('nvidia-ctk');
    expect(text).toContain('miniforge');
  });

  it('a reboot comes last, in whichever order recipes are added', () => {
    let text = '';
    for (const recipe of recipes()) text = mergeCloudInit(text, recipe.text);
    const commands = parseCloudInit(text).cloudInit?.runcmd ?? [];
    expect(commands.indexOf('reboot')).toBe(commands.length - 1);
  });

  it('a recipe leaves text unchanged that can’t be parsed', () => {
    expect(mergeCloudInit('runcmd: [', recipes()[0]?.text ?? '')).toBe('runcmd: [');
  });
});
