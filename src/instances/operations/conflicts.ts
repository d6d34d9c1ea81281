import * as l10n from '@vscode/l10n';
import { TensorDockError } from '../../api/errors';
import type { OperationKind, OperationRecord } from './journal';
import { kindName } from './kindName';

/** Which kinds a newer request replaces while they are under way; it has to wait for all others. */
const replaces: Readonly<Record<OperationKind, readonly OperationKind[]>> = {
  start: ['startWhenAvailable'],
  stop: ['start', 'restart', 'startWhenAvailable', 'create'],
  restart: ['start', 'create'],
  delete: ['start', 'stop', 'restart', 'startWhenAvailable', 'create', 'modify'],
  create: [],
  modify: ['startWhenAvailable'],
  // With another deadline.
  startWhenAvailable: ['startWhenAvailable'],
};

/** Whether a new operation of one kind can begin while one of the other kind is under way on the same instance. */
export function mayReplace(kind: OperationKind, underWay: OperationKind): boolean {
  return replaces[kind].includes(underWay);
}

/** Whether two operations ask for the same: one that is under way serves both. A start without a deadline takes any. */
export function isSameWish(record: OperationRecord, other: OperationRecord): boolean {
  return (
    record.instanceId === other.instanceId &&
    record.kind === other.kind &&
    valuesOf(record) === valuesOf(other) &&
    record.startAfter === other.startAfter &&
    (record.until === undefined || record.until === other.until)
  );
}

function valuesOf({ modify }: OperationRecord): string {
  return JSON.stringify(
    modify && [modify.vcpuCount, modify.ramGb, modify.storageGb, modify.gpu?.model, modify.gpu?.count],
  );
}

/** Throws if an operation can't begin while another one on the same instance is under way. */
export function requireReplaceable(record: OperationRecord, other: OperationRecord): void {
  if (!mayReplace(record.kind, other.kind) || isSameWish(record, other)) throw busyError(record, other);
}

/** The operation has to wait for another one. Nothing was sent. */
export function busyError({ name }: OperationRecord, { kind }: OperationRecord): TensorDockError {
  return new TensorDockError(
    'conflict',
    l10n.t('{0} is busy. Wait for the other operation to finish ({1}).', name, kindName(kind)),
  );
}

/** Which of two operations was asked for first. */
export function isOlder(one: OperationRecord, other: OperationRecord): boolean {
  return one.startedAt === other.startedAt ? one.id < other.id : one.startedAt < other.startedAt;
}
