import { isWindowsImage } from '../api/rules';
import type { Clock } from '../base/clock';
import os from 'node:os';
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Instance } from '../api/types';
import { absolute, sshPaths, systemPathInputs, type SshPaths } from '../ssh/config/paths';
import { PersonConfig } from '../ssh/config/personConfig';
import {
  findSshPrograms,
  systemProgramInputs,
  type SshPrograms,
  type SshTarget,
} from '../ssh/connect/sshExecutable';
import { SshHosts, type EntryOptions } from '../ssh/config/sshHosts';
import { ownValue } from './ownValue';
import type { Settings } from './settings';

/** What a person chose for one instance. */
interface Choice {
  readonly user?: string;
  readonly identityFile?: string;
}

const platformsSchema = v.record(v.string(), v.string());
const choicesKey = 'ssh.choices';

/** The SSH files and programs as the settings of this moment name them. */
export class SshSetup {
  private current:
    { readonly key: string; readonly hosts: SshHosts; readonly person: PersonConfig } | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly memory: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
    private readonly clock: Clock,
  ) {}

  get hosts(): SshHosts {
    return this.at().hosts;
  }

  get person(): PersonConfig {
    return this.at().person;
  }

  get paths(): SshPaths {
    return this.hosts.paths;
  }

  async programs(): Promise<SshPrograms> {
    return findSshPrograms({ ...systemProgramInputs(), configuredPath: this.settings.remoteSshPath });
  }

  /** How to reach an alias: by the person's file if it includes ours (`included`), else by ours alone. */
  async target(alias: string, included: boolean): Promise<SshTarget> {
    const { ssh } = await this.programs();
    return { ssh, alias, configFile: this.configFileArgument(included) };
  }

  /** The `-F` that `ssh` needs to find our hosts; undefined if it finds them by itself. */
  private configFileArgument(included: boolean): string | undefined {
    const { personConfig, ownConfig } = this.paths;
    if (!included) return ownConfig;
    const usual = sshPaths({ ...systemPathInputs() }).personConfig;
    return personConfig === usual ? undefined : personConfig;
  }

  /** User and key for an instance: what was chosen for it, else the settings, else the image's own user. */
  optionsFor(instance: Instance): EntryOptions {
    const choice = this.choices()[instance.id] ?? {};
    const identityFile = choice.identityFile ?? this.settings.identityFile;
    return {
      user: choice.user ?? this.settings.sshUser,
      identityFile: identityFile === '' ? undefined : identityFile,
      forwardAgent: this.settings.forwardAgent,
    };
  }

  /** The key files that the settings name. */
  identityFiles(): readonly string[] {
    const { home, platform } = this.paths;
    const { identityFile } = this.settings;
    return identityFile === '' ? [] : [absolute(identityFile, home, platform)];
  }

  /** Remembers a choice for one instance; what is not given stays. */
  async choose(id: string, choice: Choice): Promise<void> {
    const choices = this.choices();
    await this.memory.update(choicesKey, { ...choices, [id]: { ...choices[id], ...choice } });
  }

  async forgetChoice(id: string): Promise<void> {
    const { [id]: forgotten, ...rest } = this.choices();
    if (forgotten) await this.memory.update(choicesKey, rest);
  }

  /** Saves the question which system is on the far side. The setting exists only where a Remote-SSH does. */
  async setRemotePlatform(alias: string, image: string | undefined): Promise<void> {
    const section = vscode.workspace.getConfiguration('remote.SSH');
    const platform = isWindowsImage(image) ? 'windows' : 'linux';
    const set = ownValue('remote.SSH', 'remotePlatform');
    const known = v.is(platformsSchema, set) ? set : {};
    if (known[alias] === platform) return;
    try {
      await section.update(
        'remotePlatform',
        { ...known, [alias]: platform },
        vscode.ConfigurationTarget.Global,
      );
    } catch (error) {
      this.log.debug(`remote.SSH.remotePlatform was not set: ${String(error)}`);
    }
  }

  private choices(): Readonly<Record<string, Choice>> {
    return this.memory.get<Readonly<Record<string, Choice>>>(choicesKey) ?? {};
  }

  private at(): { readonly hosts: SshHosts; readonly person: PersonConfig } {
    const inputs = {
      ...systemPathInputs(),
      setting: this.settings.sshConfigFile,
      remoteSshSetting: this.settings.remoteSshConfigFile,
    };
    const key = JSON.stringify(inputs);
    if (this.current?.key !== key) {
      const paths = sshPaths(inputs);
      const tools = { clock: this.clock, logger: this.log };
      this.current = { key, hosts: new SshHosts(paths, tools), person: new PersonConfig(paths, tools) };
    }
    return this.current;
  }
}

/** A terminal on this computer, also from a window that is somewhere else. */
export function openLocalTerminal(name: string, program: string, args: readonly string[]): vscode.Terminal {
  const terminal = vscode.window.createTerminal({
    name,
    shellPath: program,
    shellArgs: [...args],
    cwd: vscode.Uri.file(os.homedir()),
    isTransient: true,
    iconPath: new vscode.ThemeIcon('vm-connect'),
  });
  terminal.show();
  return terminal;
}
