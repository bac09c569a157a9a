/** The order on the page: what cannot be undone first. Smaller is earlier. */
import { isIdentityType } from '../risk/identity-types.ts'
import { isStateful } from '../risk/stateful.ts'
import type { ChangeClass, RedactedResource } from '../shape.ts'

const classRank: { readonly [name in ChangeClass]: number } = {
  delete: 20,
  replace: 30,
  forget: 40,
  update: 60,
  create: 70,
  import: 80,
  move: 85,
  read: 90,
  'no-op': 99,
}

export function rankOf(resource: RedactedResource, of: ChangeClass): number {
  if (resource.mode === 'data') return classRank.read
  if ((of === 'delete' || of === 'replace') && isStateful(resource)) return of === 'delete' ? 10 : 11
  const base = classRank[of]
  return base > 45 && base < 80 && isIdentityType(resource.type) ? 50 : base
}
