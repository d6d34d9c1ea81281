import * as v from 'valibot';

const event = v.variant('event', [
  v.object({ event: v.literal('pass'), title: v.string(), ms: v.number() }),
  v.object({ event: v.literal('fail'), title: v.string(), error: v.string() }),
  v.object({ event: v.literal('pending'), title: v.string() }),
  v.object({ event: v.literal('end') }),
]);

/** One line of the file through which the suite tells its results, whatever VS Code it runs in. */
export type SuiteEvent = v.InferOutput<typeof event>;

/** Reads a line that the suite has written. */
export function parseEvent(line: string): SuiteEvent {
  return v.parse(event, JSON.parse(line));
}

const world = v.object({
  /** Origin of the simulator, which `tensordock.apiUrl` is set to. */
  apiUrl: v.string(),
  token: v.string(),
  /** A temporary folder; `ssh/config` in it is what `tensordock.ssh.configFile` is set to. */
  folder: v.string(),
  sshConfigFile: v.string(),
  resultsFile: v.string(),
  extensionId: v.string(),
});

/** What the suite knows about its surroundings, from a JSON file that `worldVariable` names. */
export type SuiteWorld = v.InferOutput<typeof world>;

/** The environment variable with the name of the file. */
export const worldVariable = 'TENSORDOCK_TEST_WORLD';

/** Reads that file's text. */
export function parseWorld(text: string): SuiteWorld {
  return v.parse(world, JSON.parse(text));
}
