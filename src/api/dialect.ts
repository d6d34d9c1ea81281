/** The two ways of writing the same thing on the wire: as the formal contract says, or as the live service does. */
export type Dialect = 'specified' | 'live';

/** Keeps what was learnt of an origin's dialect; an implementation may persist it. */
export interface DialectStore {
  get(origin: string): Dialect | undefined;
  set(origin: string, dialect: Dialect): void;
}
