import type { Disposable } from '../../base/disposable';
import type { Prepared } from './createSubmit';
import { prepare } from './createSubmit';
import type { Draft, ToCreateForm } from '../webview/shared/protocol';
import type { CatalogFeed } from './catalogFeed';
import { currentInstances } from './instances';
import { KeyChoices } from './keyChoices';
import type { FormParts } from './parts';
import type { Presets } from './presets';

type ContentParts = Pick<FormParts, 'keys' | 'store' | 'settings' | 'trackRecord'> & {
  readonly feed: CatalogFeed;
  readonly presets: Presets;
};

/** What a create form offers: GPUs, images, presets, SSH keys, and the names that are taken. Sends what changes. */
export class CreateContents implements Disposable {
  private readonly keyChoices: KeyChoices;
  private readonly listeners: readonly Disposable[];

  constructor(
    private readonly parts: ContentParts,
    private readonly post: (message: ToCreateForm) => void,
    closed: AbortSignal,
  ) {
    const { keys, store, feed, trackRecord } = parts;
    this.keyChoices = new KeyChoices(keys, async () => store.api.listSecrets({ signal: closed }));
    this.listeners = [
      feed.onDidChange(() => this.sendCatalog()),
      store.onDidChange(() => this.sendNames()),
      trackRecord.onDidChange(() => void this.sendHints()),
    ];
  }

  /** Sends everything but the SSH keys. */
  sendAll(): void {
    this.sendNames();
    this.sendChoices();
    this.sendCatalog();
    void this.sendHints();
  }

  /** Sends the images from the settings and the presets again. */
  sendChoices(): void {
    this.post({ type: 'images', images: [...this.parts.settings.images] });
    this.post({ type: 'presets', presets: this.parts.presets.all() });
  }

  /** Reads the SSH keys again and sends them. `select`: the fingerprint of the key to choose. */
  async sendAccess(select?: string): Promise<void> {
    this.post({ type: 'access', access: await this.keyChoices.refresh(), select });
  }

  /** The request for a draft, with its problems. */
  prepare(draft: Draft, password?: string): Prepared {
    const known = { catalog: this.parts.feed.state, access: this.keyChoices.access, names: this.names() };
    return prepare(draft, known, password);
  }

  /** The private key file for the draft's SSH key, if there is one. Never rejects. */
  async identityFile(draft: Draft): Promise<string | undefined> {
    return this.keyChoices.identityFile(draft).catch(() => undefined);
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  private sendCatalog(): void {
    this.post({ type: 'catalog', catalog: this.parts.feed.state });
  }

  private async sendHints(): Promise<void> {
    this.post({ type: 'hints', hints: await this.parts.trackRecord.hints() });
  }

  private sendNames(): void {
    this.post({ type: 'names', taken: this.names() });
  }

  private names(): string[] {
    return currentInstances(this.parts.store).map((instance) => instance.name);
  }
}
