import * as vscode from 'vscode';
import { AuthenticationError } from '../api/errors';
import type { Choice } from '../vscode/messages';
import type { CommandId } from './ids';

/** What can come next, by the words on its button. */
const nextSteps = {
  'tensordock.signIn': () => vscode.l10n.t('Sign In'),
  'tensordock.createInstance': () => vscode.l10n.t('Create Instance'),
  'tensordock.createLikeThis': () => vscode.l10n.t('Create Similar Instance'),
  'tensordock.openTunnel': () => vscode.l10n.t('Open Tunnel'),
  'tensordock.refresh': () => vscode.l10n.t('Refresh'),
} as const satisfies Partial<Record<CommandId, () => string>>;

/** An error after which another command helps, which the person gets as a button. */
export class DeadEnd extends Error {
  constructor(
    message: string,
    readonly next: keyof typeof nextSteps,
  ) {
    super(message);
  }
}

/** The buttons for what the person can do after an error. */
export function choicesAfter(error: unknown): readonly Choice[] {
  const next =
    error instanceof DeadEnd
      ? error.next
      : error instanceof AuthenticationError
        ? 'tensordock.signIn'
        : undefined;
  if (next === undefined) return [];
  return [{ title: nextSteps[next](), run: () => vscode.commands.executeCommand(next) }];
}
