/**
 * The plan as the page shows it, made from the bytes that are hashed.
 *
 * What is critical is judged here again, from the plan itself and without the statement's cap on reasons; the statement's
 * reasons are added: the client saw values that redaction took out, so they may raise a change and never lower one. A
 * critical change is never put under "further changes".
 */
import { classifyChanges, readRedacted, summarise } from '../../plan/index.ts'
import type { Change, ChangeClass, Reason, RedactedPlan } from '../../plan/index.ts'
import { levelOf } from '../../plan/risk/codes.ts'
import { judge } from '../../plan/risk/judge.ts'
import { configAddress } from '../../plan/risk/rules/programs.ts'
import type { RunSubject } from '@countersign/proof'

/** `programs`: what runs during the apply because of this change, in full; the reasons only hold its beginning. */
export type CriticalItem = { address: string; change: Change | null; reasons: Reason[]; programs: string[] }
export type Group = { class: ChangeClass; items: { change: Change; reasons: Reason[] }[] }

export type PlanReading = {
  plan: RedactedPlan
  summary: RunSubject['summary']
  critical: CriticalItem[]
  further: Group[]
  furtherCount: number
  /** About the plan as a whole or things that do not change, and not grave. */
  notes: Reason[]
}

const ALWAYS_SHOWN: ReadonlySet<ChangeClass> = new Set<ChangeClass>(['delete', 'replace', 'forget'])
const ORDER: readonly ChangeClass[] = ['update', 'create', 'import', 'move', 'read']

function grave(reason: Reason): boolean {
  const level = levelOf(reason.code)
  return level === 'high' || level === 'critical'
}

function byAddress(reasons: readonly Reason[]): Map<string, Reason[]> {
  const found = new Map<string, Reason[]>()
  for (const reason of reasons) {
    const there = found.get(reason.address)
    if (there === undefined) found.set(reason.address, [reason])
    else if (!there.some((one) => one.code === reason.code && one.detail === reason.detail)) there.push(reason)
  }
  return found
}

export function readPlan(bytes: Uint8Array, subject: RunSubject): PlanReading {
  const plan = readRedacted(bytes)
  const changes = classifyChanges(plan)
  const reasons = byAddress([...judge(changes, plan), ...subject.risk.reasons])
  const named = new Set(subject.summary.critical.map((one) => one.address))
  const critical: CriticalItem[] = []
  const groups = new Map<ChangeClass, Group['items']>()
  const item = (address: string, change: Change | null, own: Reason[]): CriticalItem => ({ address, change, reasons: own, programs: programsOf(plan, address, own) })

  for (const change of changes) {
    const own = reasons.get(change.address) ?? []
    if (ALWAYS_SHOWN.has(change.class) || named.has(change.address) || own.some(grave)) {
      critical.push(item(change.address, change, own))
      continue
    }
    const group = groups.get(change.class)
    if (group === undefined) groups.set(change.class, [{ change, reasons: own }])
    else group.push({ change, reasons: own })
  }
  const changed = new Set(changes.map((change) => change.address))
  const notes: Reason[] = []
  for (const [address, own] of reasons) {
    if (changed.has(address)) continue
    if (own.some(grave)) critical.push(item(address, null, own))
    else notes.push(...own)
  }
  const further = ORDER.flatMap((name) => {
    const items = groups.get(name)
    return items === undefined ? [] : [{ class: name, items }]
  })
  return { plan, summary: summarise(changes, plan), critical, further, furtherCount: further.reduce((sum, group) => sum + group.items.length, 0), notes }
}

function programsOf(plan: RedactedPlan, address: string, reasons: readonly Reason[]): string[] {
  const at = configAddress(address)
  const of = (list: readonly { address: string; program: string }[]): string[] => list.filter((one) => configAddress(one.address) === at).map((one) => one.program)
  return [
    ...(reasons.some((reason) => reason.code === 'provisioner_runs') ? of(plan.provisioners) : []),
    ...(reasons.some((reason) => reason.code === 'external_program') ? of(plan.external) : []),
  ]
}
