import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import type { Accounts, SignedInAccounts } from './accounts';
import type { Session } from './session';

/** What belongs to one account; made once for each account that a window gets to know. */
export interface AccountWork {
  /** The account's ID; `undefined` for what stands in while nobody is signed in. */
  readonly id: string | undefined;
  readonly session: Pick<Session, 'begin' | 'settled' | 'isKnown' | 'onDidFail' | 'onDidSettle'>;
  /** Resolves when everything is written. */
  dispose(): Promise<void>;
}

export interface SignedInOptions<T extends AccountWork> {
  readonly accounts: Pick<Accounts, 'signedIn' | 'onDidChange'>;
  /** The origin that the settings name. Throws if they name none. */
  readonly origin: () => string;
  /** Makes what belongs to an account, or what stands in while nobody is signed in. */
  readonly open: (id: string | undefined) => T;
  readonly log: Logger;
}

const nobody: SignedInAccounts = { all: [], active: undefined, isTogether: false };

/**
 * The accounts that are signed in, each with what belongs to it. All of them are looked after; what a person sees is one
 * of them, or all. What belongs to an account is never used for another one: it rests while its account is signed out.
 */
export class SignedIn<T extends AccountWork> {
  private readonly works = new Map<string | undefined, T>();
  private readonly failures = new Emitter<unknown>();
  private readonly settlements = new Emitter<void>();
  private listener: Disposable | undefined;
  private turn: Promise<void> = Promise.resolve();
  private now = nobody;
  private known = false;
  private disposed = false;

  /** Who is signed in can't be determined, or an account can't be used, with the reason. */
  readonly onDidFail = this.failures.event;
  /** It is known again who is signed in and what is shown, or one of them got another token. */
  readonly onDidSettle = this.settlements.event;

  constructor(private readonly options: SignedInOptions<T>) {}

  /** Begins with what is stored, and follows changes from then on. */
  begin(): void {
    this.listener = this.options.accounts.onDidChange(() => this.update());
    this.update();
  }

  /** Determines again who is signed in, such as after a change of the origin. */
  update(): void {
    this.turn = this.turn
      .then(async () => this.updateOnce())
      .catch((error: unknown) => this.failures.fire(error))
      .then(() => this.settlements.fire());
  }

  /** Whether it is known who is signed in, or that nobody is. */
  get isKnown(): boolean {
    return this.known && this.all().every(({ session }) => session.isKnown);
  }

  /** More than one account is signed in, so that texts have to say which one they mean. */
  get areSeveral(): boolean {
    return this.now.all.length > 1;
  }

  /** More than one account is shown. */
  get areTogether(): boolean {
    return this.now.isTogether && this.areSeveral;
  }

  /** What belongs to the accounts that are signed in, in the order in which they were added. */
  all(): readonly T[] {
    return this.now.all.map(({ id }) => this.of(id));
  }

  /** What belongs to the accounts that are shown: one at least, which stands in while nobody is signed in. */
  shown(): readonly [T, ...(readonly T[])] {
    const [first, ...others] = this.areTogether ? this.all() : [];
    return first ? [first, ...others] : [this.of(this.now.active?.id)];
  }

  isShown(id: string | undefined): boolean {
    return this.shown().some((work) => work.id === id);
  }

  /** What belongs to an account, signed in or not. */
  of(id: string | undefined): T {
    const work = this.works.get(id) ?? this.options.open(id);
    this.works.set(id, work);
    return work;
  }

  /** What the person calls an account; `undefined` if it isn't signed in. */
  nameOf(id: string | undefined): string | undefined {
    return this.now.all.find((account) => account.id === id)?.label;
  }

  /** The name of an account where a text has to say it: if there are several. */
  nameIfSeveral(id: string | undefined): string | undefined {
    return this.areSeveral ? this.nameOf(id) : undefined;
  }

  /** Resolves when it is known who is signed in, and the rows of the last snapshots are loaded. */
  async settled(): Promise<void> {
    await this.turn;
    await Promise.all(this.all().map(async ({ session }) => session.settled()));
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    this.listener?.dispose();
    this.failures.dispose();
    this.settlements.dispose();
    for (const work of this.works.values()) await work.dispose();
  }

  private async updateOnce(): Promise<void> {
    if (this.disposed) return;
    const { accounts, origin, log } = this.options;
    this.known = false;
    this.now = await accounts.signedIn(origin());
    this.known = true;
    for (const account of this.now.all) {
      const { id } = account;
      if (this.works.has(id)) continue;
      log.info(`accounts: ${id}`);
      const { session } = this.of(id);
      session.onDidSettle(() => this.settlements.fire());
      // Where nobody's account can be determined, that was said once for all of them.
      session.onDidFail((error) => {
        if (this.known) this.failures.fire(error);
      });
      session.begin(account);
    }
  }
}
