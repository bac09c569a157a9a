/**
 * Telling the server what the apply did. The world has changed already, so this never fails an apply: what cannot be told now is kept
 * and told at the next use of that server.
 */
import { createHash } from 'node:crypto'
import type { Applied } from '../../engine/index.ts'
import type { Api } from '../client/api.ts'
import { forgetReport, keepReport, waitingReports, type Report } from '../config/spool.ts'
import { CliError } from '../exit.ts'
import { safe, type Output } from '../output.ts'

export type Reported = { readonly told: boolean; /** Where it is kept, or "". */ readonly kept: string }

const ATTEMPTS = 3
/** In place of a state that could not be read: SHA-256 of nothing, with lineage "" and serial 0. */
const noState = { lineage: '', serial: 0, digest: createHash('sha256').digest('hex') }

export function reportOf(about: { server: string; run: string; code: string; lease: string }, applied: Applied, summary: string): Report {
  return {
    server: about.server,
    run: about.run,
    code: about.code,
    outcome: { lease: about.lease, result: applied.result, summary: summary.slice(0, 2000), state: applied.state ?? noState, treeUnchanged: applied.treeUnchanged },
  }
}

/** Kept first, told second, forgotten third: a crash in between tells it twice, which the server takes. */
export async function report(api: Api, outcome: Report): Promise<Reported> {
  const kept = keep(outcome)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = await tell(api, outcome)
    if (result !== 'unreachable') {
      if (result === 'told' && kept !== '') forgetReport(outcome.run)
      return { told: result === 'told', kept }
    }
    if (attempt < ATTEMPTS) await new Promise((resolve) => setTimeout(resolve, 400 * attempt))
  }
  return { told: false, kept }
}

/** "" when it cannot be kept (a full disk): telling it is tried all the same. */
function keep(outcome: Report): string {
  try {
    return keepReport(outcome)
  } catch (error) {
    if (error instanceof CliError) return ''
    throw error
  }
}

/** What an earlier use left behind. Says so, and never fails the command that comes along. */
export async function reportWhatWaits(api: Api, output: Output): Promise<void> {
  const { reports, damaged } = waitingReports(api.server)
  for (const path of damaged) output.warn(`${path} is not an outcome that countersign wrote, so it is left alone. Look at it, and take it away.`)
  for (const waiting of reports) {
    const result = await tell(api, waiting)
    if (result === 'unreachable') return
    forgetReport(waiting.run)
    output.warn(result === 'told'
      ? `Reported the outcome of ${safe(waiting.code)}, which the server had not heard yet: ${safe(waiting.outcome.result)}.`
      : `The outcome of ${safe(waiting.code)} (${safe(waiting.outcome.result)}) is not taken by the server any more: ${result.message}`)
  }
}

async function tell(api: Api, { run, outcome }: Report): Promise<'told' | 'unreachable' | CliError> {
  try {
    await api.call('POST', `/api/v1/runs/${run}/outcome`, { body: outcome })
    return 'told'
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const final = error.code === 'outcome_reported' || error.code === 'run_not_found' || error.code === 'lease_invalid' || error.code === 'executor_mismatch'
    return final ? error : 'unreachable'
  }
}
