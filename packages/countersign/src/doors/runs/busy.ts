/**
 * Several runs of one workspace. While one is applied the next one waits, and is told for whom: terraform's own lock would refuse it
 * anyway, after the person has touched their key for nothing.
 *
 * A terminal that applies says so every now and then. One that fell silent is not waited for: it may have crashed, and terraform's
 * lock still stands between two that write. So silence costs no safety, and a crash blocks nobody.
 *
 * What the policy let pass took nobody's touch: whoever stole a terminal can start it, and say for ever that it goes on. So it is waited
 * for no longer than an hour, however it speaks; terraform's lock stands after that as well.
 */
import type { Db, Tx } from '../../platform/store/store.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { RunError } from './errors.ts'
import { applyingIn } from './store.ts'
import type { RunRow } from './store.ts'

const SILENT_AFTER = 60_000
/** Longer than what is let pass takes as a rule; one that takes longer is told late, and taken all the same. */
const ALLOWED_HOLDS = 60 * 60_000

export type Behind = { id: string; code: string; requester: { id: string; name: string }; startedAt: string }

/** The run that is applied in this workspace now, if it is another one and still speaks. */
export async function appliedNow(db: Db | Tx, run: Pick<RunRow, 'id' | 'workspace'>, now: number): Promise<RunRow | null> {
  const others = await applyingIn(db, run.workspace)
  return others.find((other) => other.id !== run.id && isWaitedFor(other, now)) ?? null
}

function isWaitedFor({ alive_at: spoke, started_at: started, decision }: RunRow, now: number): boolean {
  const since = started ?? 0
  return now - Math.max(spoke, since) < SILENT_AFTER && (decision === 'step-up' || now - since < ALLOWED_HOLDS)
}

export async function refuseWhileApplied(tx: Tx, run: RunRow, now: number): Promise<void> {
  const other = await appliedNow(tx, run, now)
  if (!other) return
  throw new RunError('workspace_busy', `${other.requester_name} is applying ${run.workspace} now, since ${rfc3339(other.started_at ?? now)}.`, 'Wait until that has ended. If it changes the state, this plan has to be made again.')
}
