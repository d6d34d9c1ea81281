import { errorCode } from '../../base/fileErrors';
import type { Clock } from '../../base/clock';
import type { Logger } from '../../base/logger';
import { access, constants, realpath, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix, win32 } from 'node:path';
import * as l10n from '@vscode/l10n';
import { byteOrderMark, lineEnd, parseLine, splitLines, type ConfigLine } from './configText';
import {
  ignoreMissing,
  readConfigFile,
  removeLeftovers,
  replaceFile,
  versionOf,
  type FileState,
} from './configFile';
import { SshFileError, writeError } from './fileErrors';
import { makePrivateFolder, withLock } from './fileLock';
import type { SshPaths } from './paths';

/** The edit of the person's file that makes `ssh` read ours before everything else. */
export type IncludePlan =
  /** None: our line is its first directive. */
  | { readonly kind: 'none' }
  /**
   * `add`: `line` goes to the top. `move`: it is there, but below a directive that takes precedence, and goes to the
   * top. Needs the person's agreement to `line` and `file`. All other bytes stay.
   */
  | { readonly kind: 'add' | 'move'; readonly line: string; readonly file: string };

/** `changed`: the file was edited after the question; plan and ask again. */
export type ApplyResult = 'done' | 'changed';

interface Tools {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The person's own SSH file. It gets one line, after they agreed. If anything about it is unusual, an `SshFileError` says
 * what to do, and nothing is changed.
 */
export class PersonConfig {
  /** What was last planned, and of which version of the file. */
  private planned: { readonly version: string; readonly plan: IncludePlan } | undefined;

  constructor(
    private readonly paths: SshPaths,
    private readonly tools: Tools,
  ) {}

  /** Reads the file if it has changed, and changes nothing. @throws SshFileError if it can't be read. */
  async plan(): Promise<IncludePlan> {
    const ours = await this.ourNames();
    const version = [await versionOf(this.paths.personConfig), ...ours.names].join('\n');
    if (this.planned?.version !== version) {
      const { text } = await readConfigFile(this.paths.personConfig);
      this.planned = { version, plan: this.planFor(text ?? '', ours) };
    }
    return this.planned.plan;
  }

  /**
   * Makes the edit that was planned and agreed to.
   * @throws SshFileError if the file can't be read, or can't be written (`read-only`, `hard-linked`); the message then
   * has the line to add by hand.
   */
  async apply(plan: IncludePlan): Promise<ApplyResult> {
    if (plan.kind === 'none') return 'done';
    return this.edit(async (state, ours) => {
      const text = state.text ?? '';
      const now = this.planFor(text, ours);
      if (now.kind === 'none') return 'done';
      if (now.kind !== plan.kind || now.line !== plan.line) return 'changed';
      await this.backUp(state);
      await this.write(state, withInclude(withoutInclude(text, ours), this.paths.includeLine));
      return 'done';
    });
  }

  /** Removes our line wherever it is. All other bytes stay. A file that we created is deleted. */
  async remove(): Promise<void> {
    const { text } = await readConfigFile(this.paths.personConfig);
    const nothingToDo = text === undefined || withoutInclude(text, await this.ourNames()) === text;
    if (nothingToDo && !(await exists(this.paths.folder))) return;
    await this.edit(async (state, ours) => {
      const rest = withoutInclude(state.text ?? '', ours);
      if (state.text !== undefined && rest !== state.text) {
        if (rest === '' && (await exists(this.marker))) await unlink(state.target);
        else await this.write(state, rest);
      }
      await rm(this.backup, { force: true });
      await rm(this.marker, { force: true });
      return 'done';
    });
  }

  /**
   * A copy of the file as it was before our first edit ever. The leading dot keeps it from an `Include ~/.ssh/*` or
   * a deeper wildcard of the person, which would read each of their hosts twice.
   */
  get backup(): string {
    return join(this.paths.folder, '.config-before-tensordock');
  }

  /** Exists if there was no file before our first edit. */
  get marker(): string {
    return join(this.paths.folder, '.no-config-before-tensordock');
  }

  private planFor(text: string, ours: OurNames): IncludePlan {
    const { includeLine: line, personConfig: file } = this.paths;
    const directives = splitLines(withoutMark(text)).filter((one) => parseLine(one.text) !== undefined);
    const [first] = directives;
    if (first && namesUs(first, ours) === 'first') return { kind: 'none' };
    return { kind: directives.some((one) => namesUs(one, ours) !== 'no') ? 'move' : 'add', line, file };
  }

  private async edit(work: (state: FileState, ours: OurNames) => Promise<ApplyResult>): Promise<ApplyResult> {
    return withLock(this.paths.folder, this.tools.logger, async () => {
      for (let attempt = 1; ; attempt++) {
        const state = await readConfigFile(this.paths.personConfig);
        await removeLeftovers(state.target);
        await removeLeftovers(this.backup);
        try {
          return await work(state, await this.ourNames());
        } catch (error) {
          const meanwhile = error instanceof SshFileError && error.code === 'changed-meanwhile';
          if (!meanwhile || attempt === 3) throw error;
        }
      }
    });
  }

  private async backUp(state: FileState): Promise<void> {
    if ((await exists(this.backup)) || (await exists(this.marker))) return;
    try {
      if (state.text === undefined) await writeFile(this.marker, '', { mode: 0o600 });
      else await replaceFile(this.backup, state.text, { mode: 0o600, ...this.writing });
    } catch (error) {
      throw writeError(this.paths.folder, error);
    }
  }

  private async write(state: FileState, text: string): Promise<void> {
    const { target, mode = 0o600, uid, gid } = state;
    if (state.text === undefined) await makePrivateFolder(dirname(target), { onlyIfMissing: true });
    else await this.checkWritable(state);
    const check = async (): Promise<void> => {
      const now = await readConfigFile(this.paths.personConfig);
      if (now.target !== target || now.text !== state.text) throw this.changedMeanwhile();
    };
    const owner = uid === undefined || gid === undefined ? undefined : { uid, gid };
    try {
      await replaceFile(target, text, {
        mode,
        owner,
        keepAttributes: state.text !== undefined,
        check,
        ...this.writing,
      });
    } catch (error) {
      throw error instanceof SshFileError ? error : this.byHand('read-only', error);
    }
  }

  private async checkWritable({ target, mode = 0, names = 1 }: FileState): Promise<void> {
    // The other names of a hard-linked file would keep the old content.
    if (names > 1) throw this.byHand('hard-linked');
    if ((mode & 0o222) === 0) throw this.byHand('read-only');
    try {
      await access(target, constants.W_OK);
    } catch (error) {
      throw this.byHand('read-only', error);
    }
  }

  private byHand(code: 'read-only' | 'hard-linked', cause?: unknown): SshFileError {
    const { personConfig, includeLine } = this.paths;
    const why = errorCode(cause);
    const text = l10n.t(
      '{0} can’t be changed from here. Add or remove this line at its top yourself: {1}',
      why === undefined ? personConfig : `${personConfig} (${why})`,
      includeLine,
    );
    return new SshFileError(code, text, { cause });
  }

  private changedMeanwhile(): SshFileError {
    const text = l10n.t('Another program just changed {0}. Try again.', this.paths.personConfig);
    return new SshFileError('changed-meanwhile', text);
  }

  private async ourNames(): Promise<OurNames> {
    const { ownConfig, folder, home, platform, includeLine } = this.paths;
    const real = await realpath(folder).then(
      (place) => join(place, 'config'),
      () => ownConfig,
    );
    const written = parseLine(includeLine)?.values ?? [];
    const normal = (name: string): string => normalName(name, home, platform);
    return { normal, names: new Set([ownConfig, real, ...written].map(normal)) };
  }

  private get writing(): { clock: Clock; platform: NodeJS.Platform } {
    return { clock: this.tools.clock, platform: this.paths.platform };
  }
}

/** The paths that name our file. */
interface OurNames {
  readonly names: ReadonlySet<string>;
  readonly normal: (name: string) => string;
}

/** An `Include` argument as an absolute path; a relative one is relative to `~/.ssh`. */
function normalName(name: string, home: string, platform: NodeJS.Platform): string {
  const path = platform === 'win32' ? win32 : posix;
  const anchored = name.startsWith('~/') ? path.join(home, name.slice(2)) : path.resolve(home, '.ssh', name);
  return platform === 'win32' ? anchored.toLowerCase() : anchored;
}

/** Whether a line includes our file, and before any other that it names. */
function namesUs(line: ConfigLine, { names, normal }: OurNames): 'first' | 'also' | 'no' {
  const parsed = parseLine(line.text);
  if (parsed?.keyword !== 'include') return 'no';
  const at = parsed.values.findIndex((value) => names.has(normal(value)));
  return at === 0 ? 'first' : at > 0 ? 'also' : 'no';
}

/** The text without the lines that include only our file. */
function withoutInclude(text: string, ours: OurNames): string {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : '';
  const kept = splitLines(withoutMark(text)).filter(
    (line) => namesUs(line, ours) !== 'first' || parseLine(line.text)?.values.length !== 1,
  );
  return mark + kept.map((line) => line.text + line.end).join('');
}

function withInclude(text: string, includeLine: string): string {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : '';
  return `${mark}${includeLine}${lineEnd(text)}${withoutMark(text)}`;
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

async function exists(path: string): Promise<boolean> {
  return (await access(path).then(() => true, ignoreMissing)) ?? false;
}
