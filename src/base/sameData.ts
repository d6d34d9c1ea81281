/** Whether two values made of plain data are the same: a missing field is as good as one without a value. */
export function sameData(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  for (const name of Object.keys(one)) {
    if (!sameData(Reflect.get(one, name), Reflect.get(other, name))) return false;
  }
  return Object.keys(other).every((name) => name in one || Reflect.get(other, name) === undefined);
}
