/** Signed in, the ledger's history checked, and what waits told: before a plan is made, and at the same time as terraform is found. */
import { openSession, type Session } from '../client/session.ts'
import type { Output } from '../output.ts'
import type { Repository } from '../config/repository.ts'
import { checkHistory } from '../trust/checkpoint.ts'
import { reportWhatWaits } from './report.ts'

export async function connect(choice: { server?: string | undefined }, repository: Repository, output: Output): Promise<Session> {
  const session = await openSession(choice, repository)
  await checkHistory(session.api, session.profile, session.trust)
  await reportWhatWaits(session.api, output)
  return session
}
