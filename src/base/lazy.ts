/** Something that is loaded when it's first needed, and disposed only if it was. */
export class Lazy<T extends { dispose(): unknown }> {
  private loaded: Promise<T> | undefined;

  constructor(private readonly load: () => Promise<T>) {}

  /** Loads it, once. */
  get(): Promise<T> {
    this.loaded ??= this.load();
    return this.loaded;
  }

  /** Calls `use` if it's loaded, and loads nothing. */
  ifLoaded(use: (loaded: T) => void): void {
    void this.loaded?.then(use);
  }

  async dispose(): Promise<void> {
    await (await this.loaded)?.dispose();
  }
}
