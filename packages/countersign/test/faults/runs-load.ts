/** Runs as load, from asking to the report, and a log of what the client was told. What it was told must be there, whatever happened meanwhile. */
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { measuredOf, runBody, sha256 } from '../support/sample-run.ts'
import type { RunBody, View } from '../support/sample-run.ts'

export type ToldRun = { terminal: RawTerminal; body: RunBody; code: string; stage: (typeof stages)[number]; leases: string[]; grant: string; round: number }
export const stages = ['asked', 'countersigned', 'started', 'reported'] as const

/** A later stage may have happened without the client hearing of it; an earlier one may not have been lost. */
const shown: Record<ToldRun['stage'], readonly string[]> = {
  asked: ['waiting', 'granted', 'applying'],
  countersigned: ['granted', 'applying', 'expired'],
  started: ['applying', 'applied', 'outcome-unknown'],
  reported: ['applied'],
}

export type RunsLog = { told: Map<string, ToldRun>; count: number; round: number }
export const newRunsLog = (): RunsLog => ({ told: new Map(), count: 0, round: 0 })

/** One workspace each, so that one run's start does not void another's grant. `heard`: after each answer. `starts`: so many at once. */
export async function oneRun(log: RunsLog, terminal: RawTerminal, person: SoftwarePerson, heard: () => void, starts = 1): Promise<void> {
  const number = log.count++
  const body = runBody({ workspace: `load/w${number}` })
  const run = (await terminal.must('POST', '/api/v1/runs', body)) as View
  const one: ToldRun = { terminal, body, code: run.code, stage: 'asked', leases: [], grant: '', round: log.round }
  log.told.set(run.id, one)
  heard()
  await person.countersign(run.code)
  one.stage = 'countersigned'
  heard()
  one.grant = ((await terminal.must('GET', `/api/v1/runs/${run.id}`)) as View).grant?.id ?? ''
  const start = { grant: one.grant, measured: measuredOf(body) }
  const begun = await Promise.allSettled(Array.from({ length: starts }, () => terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)))
  one.leases = begun.flatMap((answer) => (answer.status === 'fulfilled' && answer.value.status === 200 ? [String(answer.value.body['lease'])] : []))
  const [lease] = one.leases
  if (lease === undefined) throw new Error('no start was answered')
  one.stage = 'started'
  heard()
  await terminal.must('POST', `/api/v1/runs/${run.id}/outcome`, { lease, result: 'applied', summary: 'done', state: { lineage: `l${number}`, serial: 1, digest: sha256(String(number)) }, treeUnchanged: true })
  one.stage = 'reported'
  heard()
}

/** What does not agree with what was told. `since`: of which rounds. */
export async function wrongRuns(log: RunsLog, since = 0): Promise<string[]> {
  const wrong: string[] = []
  for (const [id, { terminal, body, stage, leases, grant, round }] of log.told) {
    if (round < since) continue
    const { status } = (await terminal.must('GET', `/api/v1/runs/${id}`)) as View
    if (!shown[stage].includes(status)) wrong.push(`${id} was ${stage}, is ${status}`)
    if (new Set(leases).size > 1) wrong.push(`${id} was started ${leases.length} times`)
    if (stages.indexOf(stage) < 2) continue
    const again = await terminal.call('POST', `/api/v1/runs/${id}/apply-start`, { grant, measured: measuredOf(body) })
    if (again.body['code'] !== 'run_already_applied') wrong.push(`${id} could be started again: ${again.status}`)
  }
  return wrong
}
