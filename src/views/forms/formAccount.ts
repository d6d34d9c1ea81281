import * as vscode from 'vscode';
import type { InstanceStore } from '../../instances/store';

/** The account that a form was opened under. What the form sends is never sent under another account. */
export class FormAccount {
  private opened?: string;

  /** A form that was opened while nobody was signed in belongs to the first account after that. */
  constructor(private readonly store: Pick<InstanceStore, 'status'>) {
    this.opened = store.status.accountId;
  }

  /** The account's ID, which a form keeps over a window reload. */
  get id(): string | undefined {
    this.opened ??= this.store.status.accountId;
    return this.opened;
  }

  /** Takes the account that a restored form was opened under before the window reload. */
  restore(id: string | undefined): void {
    this.opened = id ?? this.opened;
  }

  /** Why the form must not act right now, or `undefined` if its account is signed in. */
  problem(): string | undefined {
    const current = this.store.status.accountId;
    if (current !== undefined && current === this.id) return undefined;
    return current === undefined
      ? vscode.l10n.t('You’re signed out. Sign in to use this form.')
      : vscode.l10n.t(
          'This form was opened under another account. Switch back to that account, or open a new form.',
        );
  }
}
