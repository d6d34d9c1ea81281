import * as vscode from 'vscode';
import { billingOf, knownRate } from '../cost/billing';
import { formatDollars, formatHourly } from '../api/price';
import { formatDuration } from '../base/duration';
import { formatWhen, formatWhenInSentence } from '../base/when';
import { attemptText, minuteMs, scheduleMark, secondMs } from './activity';
import { limitMark } from './budgetText';
import { gpuText } from './details';
import { joined, nameText, present, stateText } from './presentation';
import { actionsOf, changingSince, shownState, type Situation } from './situation';

/** What the row of an instance shows and says. */
export interface RowText {
  /** The name, short enough that the rate is visible in a sidebar of 300 pixels. */
  readonly name: string;
  /** What matters first: the rate of one that runs, the state of any other. */
  readonly description: string;
  /** All of it in words. It doesn't count seconds, since a screen reader would repeat it. */
  readonly spoken: string;
  readonly icon: string;
  readonly color: string | undefined;
  /** For the `when` clauses of menus. */
  readonly context: string;
  /** How often it changes while nothing else does, in milliseconds. */
  readonly changesEveryMs?: number;
}

/** The longest name that leaves room for a rate, in small Latin letters. */
const longestName = 20;

export function rowText(situation: Situation): RowText {
  const { row, schedule } = situation;
  const state = shownState(situation);
  const { icon, color } = row.unconfirmed
    ? { icon: 'warning', color: 'notificationsWarningIcon.foreground' }
    : present(state);
  const since = changingSince(situation);
  const counts = since !== undefined || state === 'waiting';
  return {
    name: shortened(nameText(row.instance)),
    description: descriptionOf(situation),
    spoken: spokenText(situation),
    icon,
    color,
    context: contextOf(situation),
    changesEveryMs: counts ? secondMs : schedule && minuteMs,
  };
}

/** What a row says beside the name: `$0.49/hr · RTX 4090 · stops 18:00`, `Starting 12 s · RTX 4090 · $0.49/hr`. */
function descriptionOf(situation: Situation): string {
  const { row, operation, now } = situation;
  const state = shownState(situation);
  const since = changingSince(situation);
  const word = stateWord(situation);
  const rate = rateOf(situation);
  const isRunning = state === 'running' && rate !== undefined;
  return joined([
    isRunning ? rate : since === undefined ? word : `${word} ${formatDuration(now - since)}`,
    state === 'waiting' && operation ? attemptText(operation, now) : undefined,
    ...warningsOf(situation),
    situation.limit && limitMark(situation.limit),
    gpuText(row.instance.resources?.gpus),
    isRunning ? undefined : rate,
    ...marksOf(situation),
  ]);
}

function spokenText(situation: Situation): string {
  const { row, operation, connected, tunnels, schedule, limit, now } = situation;
  const since = changingSince(situation);
  const { nextAt } = operation ?? {};
  const rate = knownRate(row.instance.rateHourly);
  return [
    nameText(row.instance),
    stateWord(situation),
    since === undefined ? undefined : vscode.l10n.t('since {0}', formatWhen(since, now)),
    nextAt !== undefined && nextAt > now
      ? vscode.l10n.t('next attempt {0}', formatWhenInSentence(nextAt, now))
      : undefined,
    ...warningsOf(situation),
    billingOf(row.state) !== 'on'
      ? undefined
      : rate === undefined
        ? vscode.l10n.t('rate unknown')
        : vscode.l10n.t('{0} an hour', formatDollars(rate, 4)),
    gpuText(row.instance.resources?.gpus),
    schedule && scheduleMark(schedule, now),
    connected && connectedText(connected),
    ...(limit ? [limitMark(limit), vscode.l10n.t('stop this one first')] : []),
    ...tunnels.map(({ port, localPort }) =>
      vscode.l10n.t('tunnel to port {0} on localhost:{1}', port, localPort),
    ),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** The state in words: what is being done, or else what the service says. */
export function stateWord(situation: Pick<Situation, 'row' | 'operation'>): string {
  const state = shownState(situation);
  return state === situation.row.state ? stateText(situation.row) : present(state).label;
}

/** The rate of what is billed at it, to the cent. What a stopped instance costs isn't known. */
function rateOf({ row }: Situation): string | undefined {
  const rate = knownRate(row.instance.rateHourly);
  return rate === undefined || billingOf(row.state) !== 'on' ? undefined : formatHourly(rate, 2);
}

function warningsOf({ row }: Situation): readonly (string | undefined)[] {
  return [
    row.unconfirmed ? vscode.l10n.t('still there, and may be billed') : undefined,
    row.unlisted ? vscode.l10n.t('missing from the list, checking') : undefined,
    billingOf(row.state) === 'unclear' && !row.unconfirmed ? vscode.l10n.t('may be billed') : undefined,
  ];
}

function marksOf({ schedule, connected, tunnels, now }: Situation): readonly (string | undefined)[] {
  const [first] = tunnels;
  return [
    schedule && scheduleMark(schedule, now),
    connected && connectedText(connected),
    tunnels.length > 1
      ? vscode.l10n.t('{0} tunnels', tunnels.length)
      : first && vscode.l10n.t('tunnel on localhost:{0}', first.localPort),
  ];
}

/** Which window is connected, in words. */
export function connectedText(connected: 'here' | 'elsewhere'): string {
  return connected === 'here' ? vscode.l10n.t('connected') : vscode.l10n.t('connected in another window');
}

/** `instance`, the state, a `can-…` for each action, and what else menus ask for, separated by spaces. */
function contextOf(situation: Situation): string {
  const { row, operation, connected } = situation;
  return [
    'instance',
    row.state,
    ...actionsOf(situation).map((action) => `can-${action}`),
    row.instance.ipAddress === undefined ? undefined : 'has-address',
    operation && 'can-cancel',
    connected && 'connected',
  ]
    .filter((word) => word !== undefined)
    .join(' ');
}

/** The start and the end of a long name: names often differ at the end alone. */
function shortened(name: string): string {
  const letters = Array.from(name);
  if (room(letters) <= longestName) return name;
  const end = letters.slice(-7);
  while (room(end) > 8) end.shift();
  const start = letters.slice(0, -end.length);
  while (room(start) + room(end) + 1 > longestName) start.pop();
  return `${start.join('').trimEnd()}…${end.join('').trimStart()}`;
}

/** About how much room letters take, in small Latin letters. */
function room(letters: readonly string[]): number {
  const widths = letters.map((letter) => {
    if (
      /[\p{Ideographic}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]/u.test(
        letter,
      )
    ) {
      return 2;
    }
    return /[\p{Lu}mw@%]/u.test(letter) ? 1.3 : 1;
  });
  return widths.reduce((sum, width) => sum + width, 0);
}
