import { plainText } from '../base/text';
import type { Location } from './types';

/** `Warsaw, Mazovia, Poland`: what people call a location; its ID where the service doesn't say. Plain text. */
export function locationName({
  id,
  city,
  stateProvince,
  country,
}: Pick<Location, 'id' | 'city' | 'stateProvince' | 'country'>): string {
  const parts = [city, stateProvince, country].filter((part) => part);
  return plainText(parts.length > 0 ? parts.join(', ') : id);
}
