/** The server's risk and a client's findings, together. The client saw the values, but it is the client: it may only raise. */
import type { RunSubject } from '@countersign/proof'
import type { Finding } from '../shape.ts'
import { highest, maxReasons } from './assess.ts'
import { byLevel } from './judge.ts'

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Every reason of the server stays, and none is pushed out by a client's within its level. The order does not depend on the order in
 * which findings were sent. A finding that the server also has, for the same resource, is dropped.
 */
export function mergeRisk(server: RunSubject['risk'], client: readonly Finding[]): RunSubject['risk'] {
  const known = new Set(server.reasons.map((reason) => `${reason.code}\n${reason.address}`))
  const added: Finding[] = []
  for (const finding of [...client].sort((a, b) => text(a.code, b.code) || text(a.address, b.address) || text(a.detail, b.detail))) {
    const key = `${finding.code}\n${finding.address}`
    if (known.has(key)) continue
    known.add(key)
    added.push({ code: finding.code, address: finding.address, detail: finding.detail })
  }
  const all = byLevel([...server.reasons, ...added])
  return {
    level: highest(server.level, added),
    reasons: all.slice(0, maxReasons),
    reasonsOmitted: server.reasonsOmitted + Math.max(0, all.length - maxReasons),
  }
}
