/** Levels of VS Code's `LogOutputChannel`. Messages must not contain a token, a password, or a key. */
export interface Logger {
  /** 0: off; 1: everything, also traces; 2 and more: less. Missing: everything. */
  readonly logLevel?: number;
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A logger that discards everything. */
export const silentLogger: Logger = {
  logLevel: 0,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Whether traces are written: making one of a long answer takes longer than reading that. */
export function isTraced({ logLevel = 1 }: Logger): boolean {
  return logLevel === 1;
}
