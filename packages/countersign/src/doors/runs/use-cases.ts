/** Every use case of this door, each with the action without which it cannot be reached. */
import type { Gate } from '../../gate/index.ts'
import type { Asked } from './asked.ts'
import { cancelRun } from './cancel.ts'
import type { Outcome } from './claims.ts'
import { createRun, previewRun } from './create.ts'
import { evidenceOf } from './evidence.ts'
import type { RunsDeps } from './ports.ts'
import { awaitRun, manyRuns, planText, showRun } from './read.ts'
import type { Waiting } from './read.ts'
import { keepAlive, reportOutcome } from './report.ts'
import { startApply } from './start.ts'
import type { Start } from './start.ts'

export type RunsUseCases = ReturnType<typeof runsUseCases>

export function runsUseCases(deps: RunsDeps) {
  const { useCase }: Gate = deps.gate
  return {
    preview: useCase('preview a run', 'run.plan', (by, input: Asked) => previewRun(deps, by, input)),
    create: useCase('create a run', 'run.apply', (by, input: Asked) => createRun(deps, by, input)),
    start: useCase('start an apply', 'run.start', (by, input: Start) => startApply(deps, by, input)),
    report: useCase('report an outcome', 'run.report', (by, input: { run: string; outcome: Outcome }) => reportOutcome(deps, by, input)),
    alive: useCase('say that an apply goes on', 'run.report', (by, input: { run: string; lease: string }) => keepAlive(deps, by, input)),
    cancel: useCase('cancel a run', 'run.cancel', (by, input: { run: string }) => cancelRun(deps, by, input.run)),
    show: useCase('show a run', 'run.read', (by, input: { run: string }) => showRun(deps, by, input.run)),
    list: useCase('list runs', 'run.read', (by, input: { limit: number; before: number }) => manyRuns(deps, by, input)),
    wait: useCase('wait for a run', 'run.read', (by, input: Waiting) => awaitRun(deps, by, input)),
    plan: useCase('read a redacted plan', 'run.read', (by, input: { run: string }) => planText(deps, by, input.run)),
    evidence: useCase('export evidence', 'run.read', (by, input: { run: string }) => evidenceOf(deps, by, input.run)),
  }
}
