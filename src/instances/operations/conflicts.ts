import * as l10n from '@vscode/l10n';
import { TensorDockError } from '../../api/errors';
import type { OperationKind, OperationRecord } from './journal';

/** Which kinds a newer request replaces while they are under way; it has to wait for all others. */
const replaces: Readonly<Record<OperationKind, readonly OperationKind[]>> = {
  start: ['startWhenAvailable'],
  stop: ['start', 'restart', 'startWhenAvailable', 'create'],
  restart: ['start', 'create'],
  delete: ['start', 'stop', 'restart', 'startWhenAvailable', 'create', 'modify'],
  create: [],
  modify: ['startWhenAvailable'],
  startWhenAvailable: [],
};

/** Throws if an operation can't begin while another one on the same instance is under way. */
export function requireReplaceable(record: OperationRecord, other: OperationRecord): void {
  if (!replaces[record.kind].includes(other.kind)) throw busyError(record, other);
}

/** The operation has to wait for another one. Nothing was sent. */
export function busyError({ name }: OperationRecord, { kind }: OperationRecord): TensorDockError {
  return new TensorDockError(
    'conflict',
    l10n.t('{0} is busy. Wait for the other operation to finish ({1}).', name, kindText(kind)),
  );
}

/** Which of two operations was asked for first. */
export function isOlder(one: OperationRecord, other: OperationRecord): boolean {
  return one.startedAt === other.startedAt ? one.id < other.id : one.startedAt < other.startedAt;
}

function kindText(kind: OperationKind): string {
  switch (kind) {
    case 'start':
      return l10n.t('start');
    case 'stop':
      return l10n.t('stop');
    case 'restart':
      return l10n.t('restart');
    case 'delete':
      return l10n.t('delete');
    case 'create':
      return l10n.t('create');
    case 'modify':
      return l10n.t('modify');
    case 'startWhenAvailable':
      return l10n.t('start when available');
  }
}
