import type { Clock } from '../base/clock';
import path from 'node:path';
import type * as vscode from 'vscode';
import type { Instance } from '../api/types';
import { absolute, sshPaths, systemPathInputs, type SshPathInputs, type SshPaths } from '../ssh/config/paths';
import { isWritableFolder } from '../ssh/config/writableFolder';
import {
  findSshPrograms,
  systemProgramInputs,
  type SshPrograms,
  type SshTarget,
} from '../ssh/connect/sshExecutable';
import { type Hosts, LazySshFiles, type Person } from '../ssh/config/lazySshFiles';
import type { EntryOptions } from '../ssh/config/ownConfig';
import type { Settings } from './settings';

/** What a person chose for one instance. */
interface Choice {
  readonly user?: string;
  readonly identityFile?: string;
}

const choicesKey = 'ssh.choices';

/** The SSH files and programs that the settings name now, and what the person chose for each instance. */
export class SshSetup {
  private isElsewhere = false;
  private current:
    { readonly key: string; readonly paths: SshPaths; readonly files: LazySshFiles } | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly memory: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
    private readonly clock: Clock,
    /** Of this extension, on this computer; for our files if the person's folder can't be written. */
    private readonly storage: string,
  ) {}

  /** The person's SSH folder, if it can't be written and our files are in our own storage instead. */
  get unwritable(): string | undefined {
    return this.isElsewhere ? path.dirname(this.paths.personConfig) : undefined;
  }

  /** Decides where our files are. To be called before anything is written. */
  async choosePlace(): Promise<void> {
    const usual = sshPaths(this.inputs());
    this.isElsewhere = !(await isWritableFolder(usual.folder, usual.platform));
  }

  get hosts(): Hosts {
    return this.at().files.hosts;
  }

  get person(): Person {
    return this.at().files.person;
  }

  get paths(): SshPaths {
    return this.at().paths;
  }

  async programs(): Promise<SshPrograms> {
    return findSshPrograms({ ...systemProgramInputs(), configuredPath: this.settings.remoteSshPath });
  }

  /** How to reach an alias: through the person's file if it includes ours (`included`), else through ours alone. */
  async target(alias: string, included: boolean): Promise<SshTarget> {
    const { ssh } = await this.programs();
    return { ssh, alias, configFile: this.configFileArgument(included) };
  }

  /** The `-F` that `ssh` needs to find our hosts; `undefined` if it finds them by itself. */
  private configFileArgument(included: boolean): string | undefined {
    const { personConfig, ownConfig } = this.paths;
    if (!included) return ownConfig;
    const usual = sshPaths({ ...systemPathInputs() }).personConfig;
    return personConfig === usual ? undefined : personConfig;
  }

  /** User and key for an instance: what was chosen for it, else what the settings say. */
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

  /** Remembers a choice for one instance. What isn't given stays. */
  async choose(id: string, choice: Choice): Promise<void> {
    const choices = this.choices();
    await this.memory.update(choicesKey, { ...choices, [id]: { ...choices[id], ...choice } });
  }

  async forgetChoice(id: string): Promise<void> {
    const { [id]: forgotten, ...rest } = this.choices();
    if (forgotten) await this.memory.update(choicesKey, rest);
  }

  private choices(): Readonly<Record<string, Choice>> {
    return this.memory.get<Readonly<Record<string, Choice>>>(choicesKey) ?? {};
  }

  private inputs(): SshPathInputs {
    return {
      ...systemPathInputs(),
      setting: this.settings.sshConfigFile,
      remoteSshSetting: this.settings.remoteSshConfigFile,
    };
  }

  private at(): { readonly paths: SshPaths; readonly files: LazySshFiles } {
    const folder = this.isElsewhere ? path.join(this.storage, 'ssh') : undefined;
    const inputs = { ...this.inputs(), folder };
    const key = JSON.stringify(inputs);
    if (this.current?.key !== key) {
      const paths = sshPaths(inputs);
      const tools = { clock: this.clock, logger: this.log };
      this.current = { key, paths, files: new LazySshFiles(paths, tools) };
    }
    return this.current;
  }
}
