/** The one apply that the demonstration is about, by the real command line. */
import type { RunSubject } from '@countersign/proof'
import { join } from 'node:path'
import { cli } from './child.ts'
import type { Child, Ended } from './child.ts'
import type { Stage } from './stage.ts'
import { workspaceName } from './workspace.ts'

export type Waiting = { child: Child; code: string; link: string; subject: RunSubject; run: string }
export type Applied = Waiting & { ended: Ended; evidence: string }

export function evidencePath(stage: Stage): string {
  return join(stage.scratch, 'evidence.json')
}

/** Starts `countersign apply` and answers when it waits for the person. */
export async function startApply(stage: Stage, args: readonly string[] = []): Promise<Waiting> {
  const child = cli(['apply', '--server', stage.url, '--workspace', workspaceName, ...args], stage)
  const found = await child.says(/(https?:\/\/\S+\/c\/)([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})/)
  if (!found) {
    const { code, stdout, stderr } = await child.ended
    throw new Error(`countersign apply ended before it asked (exit code ${code}):\n${stderr.trim() || stdout.trim()}`)
  }
  const [link, , code = ''] = found
  const { runs } = (await stage.thief.must('GET', '/api/v1/runs?limit=20')) as { runs: { id: string; code: string; subject: string }[] }
  const run = runs.find((one) => one.code === code)
  if (!run) throw new Error(`the server knows no run ${code}`)
  return { child, code, link, run: run.id, subject: JSON.parse(run.subject) as RunSubject }
}

export async function finishApply(stage: Stage, waiting: Waiting): Promise<Applied> {
  const ended = await waiting.child.ended
  if (ended.code !== 0) throw new Error(`countersign apply failed (exit code ${ended.code}):\n${ended.stderr.trim() || ended.stdout.trim()}`)
  return { ...waiting, ended, evidence: evidencePath(stage) }
}

/** What a client of its own would send of the same plan: the statement's members that a client claims. */
export function claimsOf(subject: RunSubject) {
  const { mode, derivation, plan, state, engine, providers, tree, arguments: given, variables, commit, dirty, unbound } = subject
  return {
    mode,
    derivation,
    workspace: { name: subject.workspace.name, backend: subject.workspace.backend },
    plan,
    state,
    engine,
    providers,
    tree,
    arguments: given,
    variables,
    commit,
    dirty,
    unbound,
  }
}

export type Claims = ReturnType<typeof claimsOf>

export function measuredOf({ plan, state, tree, engine, providers, arguments: given, variables, workspace }: Claims) {
  return { planFile: plan.file, state, tree, engine, providers, arguments: given, variables, backend: workspace.backend }
}
