import * as vscode from 'vscode';

/** Something that a person can do when an instance can't have its GPU. */
export interface GpuChoice {
  readonly title: string;
  readonly detail: string;
  /** Called with the instance and, if there are any, with these options. */
  readonly command: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What to do when the GPU of an instance isn't available: the one list, before a start and after its refusal. */
export function choicesWithoutGpu(): Readonly<Record<'wait' | 'change' | 'elsewhere', GpuChoice>> {
  return {
    wait: {
      title: vscode.l10n.t('Start When Available'),
      detail: vscode.l10n.t('Keeps trying until the same GPU is available.'),
      command: 'tensordock.startWhenAvailable',
    },
    change: {
      title: vscode.l10n.t('Change GPU…'),
      detail: vscode.l10n.t('Modify this instance to use another GPU.'),
      command: 'tensordock.modifyInstance',
    },
    elsewhere: {
      title: vscode.l10n.t('Same Instance Elsewhere…'),
      detail: vscode.l10n.t('Create one of the same size, with the same image, at another location.'),
      command: 'tensordock.createLikeThis',
      options: { elsewhere: true },
    },
  };
}

/** Does what was chosen, as if the person had run the command on the instance. */
export async function runChoice({ command, options }: GpuChoice, instanceId: string): Promise<unknown> {
  return vscode.commands.executeCommand(command, instanceId, ...(options ? [options] : []));
}
