import * as vscode from 'vscode';
import { deadlineOf, type CapacityWatch, wishName, wishPlaces } from '../automation/capacityWatch';
import { formatRepeat } from '../automation/repeat';
import { phaseOf } from '../automation/schedule';
import { formatHourly } from '../api/price';
import type { BudgetAlert } from '../cost/budget';
import { formatDuration } from '../base/duration';
import { waitEnd } from '../base/waitEnd';
import { formatWhen } from '../base/when';
import type { OperationRecord } from '../instances/operations/journal';
import { limitTitle, usedOfLimit } from './budgetText';
import { portText, isBrowsable } from './ports';
import { joined, labelText, present } from './presentation';
import { type PlannedStop, stateDuring } from './situation';
import type { OpenTunnel } from '../vscode/tunnels';

/** Something that goes on until it's done or a person ends it. */
export type Activity =
  | { readonly kind: 'operation'; readonly record: OperationRecord }
  | { readonly kind: 'schedule'; readonly schedule: PlannedStop }
  | { readonly kind: 'watch'; readonly watch: CapacityWatch; readonly nextCheckAt?: number }
  | { readonly kind: 'tunnel'; readonly tunnel: OpenTunnel; readonly name: string }
  | {
      readonly kind: 'limit';
      readonly limit: BudgetAlert;
      readonly instanceId: string;
      readonly name: string;
    };

/** An activity in words. */
export interface ActivityText {
  /** Unique, and the same as long as it goes on. */
  readonly id: string;
  /** What it's about: an instance or a GPU model. */
  readonly subject: string;
  /** What it does. */
  readonly what: string;
  /** What happens next, and when. */
  readonly next: string;
  readonly icon: string;
  /** For the `when` clauses of menus. */
  readonly context: string;
  /** How often the words change while nothing else does, in milliseconds. */
  readonly changesEveryMs?: number;
}

export const secondMs = 1_000;
export const minuteMs = 60_000;

export function activityText(activity: Activity, now: number): ActivityText {
  switch (activity.kind) {
    case 'operation':
      return operationText(activity.record, now);
    case 'schedule':
      return scheduleText(activity.schedule, now);
    case 'watch':
      return watchText(activity.watch, activity.nextCheckAt, now);
    case 'tunnel':
      return tunnelText(activity.tunnel, activity.name);
    case 'limit':
      return limitText(activity.limit, activity.instanceId, activity.name);
  }
}

/** Of which instance an activity is, if it's of one that has an ID. */
export function instanceOf(activity: Activity): string | undefined {
  switch (activity.kind) {
    case 'operation':
      return activity.record.instanceId;
    case 'schedule':
      return activity.schedule.instanceId;
    case 'tunnel':
      return activity.tunnel.id;
    case 'limit':
      return activity.instanceId;
    case 'watch':
      return undefined;
  }
}

function operationText(record: OperationRecord, now: number): ActivityText {
  const state = stateDuring(record);
  const next =
    state === 'waiting'
      ? [attemptText(record, now), untilText(waitEnd(record.startedAt, record.until), now)]
      : [stepText(record.step), formatDuration(now - record.startedAt)];
  return {
    id: `operation:${record.id}`,
    subject: labelText(record.name),
    what: present(state).label,
    next: joined(next),
    icon: present(state).icon,
    context: 'activity can-cancel',
    changesEveryMs: secondMs,
  };
}

/** How a wait for a GPU goes: `attempt 3, next in 40 s`. */
export function attemptText({ attempts, nextAt }: OperationRecord, now: number): string | undefined {
  if (attempts === undefined) return undefined;
  const left = (nextAt ?? 0) - now;
  return left > 0
    ? vscode.l10n.t(
        'attempt {0}, next in {1}',
        attempts,
        formatDuration(Math.ceil(left / secondMs) * secondMs),
      )
    : vscode.l10n.t('attempt {0}', attempts + 1);
}

/** What an operation waits for at a step, if that says more than its kind. */
export function stepText(step: string): string | undefined {
  switch (step) {
    case 'stopping':
      return vscode.l10n.t('waiting for it to stop');
    case 'starting':
    case 'made':
      return vscode.l10n.t('waiting for it to start');
    case 'deleting':
      return vscode.l10n.t('waiting for its removal');
    case 'unclear':
    case 'searching':
    case 'searched':
      return vscode.l10n.t('not confirmed, checking the list');
    default:
      return undefined;
  }
}

function scheduleText(schedule: PlannedStop, now: number): ActivityText {
  return {
    id: `schedule:${schedule.id}`,
    subject: labelText(schedule.name),
    what: vscode.l10n.t('Scheduled stop'),
    next: scheduleNext(schedule, now),
    icon: 'calendar',
    context: 'activity can-cancel',
    changesEveryMs: schedule.at - now < 2 * minuteMs ? secondMs : minuteMs,
  };
}

function scheduleNext(schedule: PlannedStop, now: number): string {
  switch (phaseOf(schedule, now)) {
    case 'waiting':
      return joined([
        vscode.l10n.t('{0}, in {1}', formatWhen(schedule.at, now), formatDuration(schedule.at - now)),
        schedule.repeat && formatRepeat(schedule.repeat),
        schedule.unlessConnected && vscode.l10n.t('unless a window connects'),
        schedule.hasTimer ? vscode.l10n.t('by a background timer') : vscode.l10n.t('only if VS Code is open'),
      ]);
    case 'stopping':
      return vscode.l10n.t('stopping now');
    case 'due':
      return joined([
        schedule.retryAt === undefined ? vscode.l10n.t('due now') : vscode.l10n.t('failed, retrying'),
        schedule.problem === undefined ? undefined : labelText(schedule.problem),
      ]);
    case 'missed':
      return vscode.l10n.t('missed at {0}', formatWhen(schedule.at, now));
  }
}

/** When it stops, in a table: a time that has passed isn't one. */
export function scheduleTime(schedule: PlannedStop, now: number): string {
  switch (phaseOf(schedule, now)) {
    case 'waiting':
      return formatWhen(schedule.at, now);
    case 'stopping':
    case 'due':
      return vscode.l10n.t('now');
    case 'missed':
      return vscode.l10n.t('missed');
  }
}

/** The same beside the other things of a row: `stops 18:00`, or `stops 18:00 if VS Code is open`. */
export function scheduleMark(schedule: PlannedStop, now: number): string {
  switch (phaseOf(schedule, now)) {
    case 'waiting':
      return schedule.hasTimer
        ? vscode.l10n.t('stops {0}', formatWhen(schedule.at, now))
        : vscode.l10n.t('stops {0} if VS Code is open', formatWhen(schedule.at, now));
    case 'stopping':
    case 'due':
      return vscode.l10n.t('stop is due');
    case 'missed':
      return vscode.l10n.t('scheduled stop missed');
  }
}

function watchText(watch: CapacityWatch, nextCheckAt: number | undefined, now: number): ActivityText {
  const { id, maxPriceHourly } = watch;
  const left = (nextCheckAt ?? 0) - now;
  return {
    id: `watch:${id}`,
    subject: wishName(watch),
    what: vscode.l10n.t('Notify when available'),
    next: joined([
      wishPlaces(watch),
      maxPriceHourly === undefined ? undefined : vscode.l10n.t('up to {0}', formatHourly(maxPriceHourly)),
      left > 0 ? vscode.l10n.t('next check in {0}', formatDuration(left)) : undefined,
      untilText(deadlineOf(watch), now),
    ]),
    icon: 'bell',
    context: 'activity can-cancel',
    changesEveryMs: secondMs,
  };
}

function tunnelText({ id, port, localPort, isRefused }: OpenTunnel, name: string): ActivityText {
  return {
    id: `tunnel:${id}:${port}`,
    subject: labelText(name),
    what: vscode.l10n.t('Tunnel to {0}', portText(port)),
    next: joined([
      `localhost:${localPort}`,
      isRefused
        ? vscode.l10n.t('nothing is listening on the instance')
        : vscode.l10n.t('until this window closes'),
    ]),
    icon: 'radio-tower',
    context: isBrowsable(port) ? 'tunnel can-browse' : 'tunnel',
  };
}

function limitText(limit: BudgetAlert, instanceId: string, name: string): ActivityText {
  return {
    id: `limit:${instanceId}`,
    subject: labelText(name),
    what: limitTitle(limit),
    next: joined([usedOfLimit(limit), vscode.l10n.t('stop this one first')]),
    icon: 'warning',
    context: 'limit can-stop',
  };
}

function untilText(at: number, now: number): string {
  return vscode.l10n.t('until {0}', formatWhen(at, now));
}
