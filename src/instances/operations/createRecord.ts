import type { CreateRequest } from '../../api/types';
import { wantedOf } from './adoption';
import type { OperationRecord } from './journal';

/** What is saved of a create before it begins. */
export function createFields(
  request: CreateRequest,
): Pick<OperationRecord, 'name' | 'wanted' | 'locationId'> {
  const { name, placement } = request;
  const locationId = placement && 'locationId' in placement ? placement.locationId : undefined;
  return { name, wanted: wantedOf(request), locationId };
}

/** Whether the instance may have been created, so that the same request must not be sent again. */
export function mayBeCreated(record: OperationRecord): boolean {
  return record.kind === 'create' && record.step !== 'begin' && record.step !== 'refused';
}
