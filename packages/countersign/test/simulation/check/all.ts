/** What must be so after every schedule, whatever went wrong in it. */
import type { Folder } from '../../../src/platform/folder.ts'
import type { Machine } from '../machine.ts'
import { checkAnswers } from './answers.ts'
import { checkCodes } from './codes.ts'
import { checkEffects } from './effects.ts'
import { gather, type Before } from './facts.ts'
import { checkGrants } from './grants.ts'
import { checkLedger } from './ledger.ts'
import { checkLocks } from './locks.ts'
import { checkRuns } from './runs.ts'
import { checkVersions } from './versions.ts'

export async function check(machine: Machine, before: Before, folders: readonly Folder[]): Promise<void> {
  const facts = await gather(machine, before)
  for (const one of [checkGrants, checkCodes, checkRuns, checkLocks, checkVersions, checkEffects, checkAnswers]) one(facts)
  await checkLedger(machine, before, folders, facts)
}
