/**
 * Statements that are asked again and again are parsed and planned once for each connection: they are given a name, and the driver
 * prepares what it has not prepared on that connection yet.
 *
 * Units and reads have names of their own, because a unit's plan is made without sequential scans (units.ts). The texts are the rooms'
 * own, and few; what comes only once, and what comes beyond the bound, is sent as it is. Where PostgreSQL says that a prepared statement
 * does not fit the schema any more, all names are new ones from then on.
 */
import type { Turn } from '../turns.ts'
import { isStalePlan } from './failures.ts'

const MOST = 500

export type Plans = {
  named(sql: string, kind: Turn['kind']): { name?: string }
  failed(error: unknown): void
}

export function newPlans(): Plans {
  let given = 0
  /** "" for what was asked once. */
  let names = new Map<string, string>()
  return {
    named(sql, kind) {
      if (kind === 'migration') return {}
      const asked = `${kind} ${sql}`
      const known = names.get(asked)
      if (known === undefined) {
        if (names.size < MOST) names.set(asked, '')
        return {}
      }
      const name = known === '' ? `countersign_${given++}` : known
      names.set(asked, name)
      return { name }
    },
    failed(error) {
      if (!isStalePlan(error)) return
      names = new Map()
    },
  }
}
