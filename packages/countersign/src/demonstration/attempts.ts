/**
 * Ten swaps and replays. Each is the twin of something that succeeds in this very demonstration and differs from it in one
 * thing; where the server must refuse, it is spoken to with a stolen token and key, past the command line's own checks.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cli } from './child.ts'
import { claimsOf, finishApply, measuredOf, startApply } from './main-run.ts'
import type { Applied, Claims } from './main-run.ts'
import type { Answer, Assertion, SoftwarePerson } from './software-person.ts'
import { rollState } from './stage.ts'
import type { Stage } from './stage.ts'
import { editedDeploy, reviewedDeploy, workspaceName, writeAnother, writeDeploy } from './workspace.ts'

export type Refusal = { what: string; by: string; code: string; expected: string }
type Run = { id: string; code: string; status: string; version: number; grant: { id: string } | null }
/** A run by hand that will succeed at the end: what the raw attempts differ from. */
type Twin = { run: Run; claims: Claims; ceremony: unknown; assertion: Assertion }

const hex = (): string => randomBytes(32).toString('hex')

export async function attempt(stage: Stage, person: SoftwarePerson, main: Applied, evidence: { file: string; trust: string }): Promise<Refusal[]> {
  const plan = (await raw(stage, main.run)).toString('utf8')
  const refusals: Refusal[] = []
  const by = { server: 'the server', cli: 'the CLI', verify: 'verify' }
  const add = (what: string, who: string, expected: string, code: unknown): void => void refusals.push({ what, by: who, code: String(code), expected })

  add(
    'the same run applied a second time',
    by.server,
    'run_already_applied',
    codeOf(await start(stage, main.run, await grantOf(stage, main.run), claimsOf(main.subject))),
  )

  rollState(stage, 'before')
  add('the same plan file in a new run, the state rolled back', by.server, 'plan_already_applied', codeOf(await ask(stage, claimsOf(main.subject), plan)))
  rollState(stage, 'now')

  const twin = await makeTwin(stage, person, await nextClaims(stage, main), plan)
  const changed = (change: Partial<Claims>): Claims => ({ ...twin.claims, ...change })
  const startTwin = (claims: Claims): Promise<Answer> => start(stage, twin.run.id, twin.run.grant?.id ?? '', claims)

  add(
    'another plan file under a countersigned run',
    by.server,
    'plan_mismatch',
    codeOf(await startTwin(changed({ plan: { ...twin.claims.plan, file: hex() } }))),
  )
  const workspace = codeOf(await startTwin(changed({ variables: [...twin.claims.variables, { name: 'TF_WORKSPACE', digest: hex() }] })))
  add('TF_WORKSPACE, and -state-out, sneaked in', 'both', 'arguments_changed, argument_refused', `${workspace}, ${await sneakArgument(stage)}`)
  add(
    "another workspace's name for the same state",
    by.server,
    'lineage_bound_elsewhere',
    codeOf(
      await ask(
        stage,
        changed({ workspace: { ...twin.claims.workspace, name: 'payments/billing-dev' } }),
        plan,
      ),
    ),
  )
  add('the same assertion a second time', by.server, 'challenge_consumed', codeOf(await person.finish(twin.run.code, twin.ceremony, twin.assertion)))
  add('an assertion that was made over another statement', by.server, 'challenge_mismatch', await otherStatement(stage, person, twin, plan))
  add('an answer to a challenge that has expired', by.server, 'challenge_expired', await tooLate(stage, person, twin, plan))

  // The twin is the proof that each difference alone was the reason: unchanged, it starts.
  const started = await startTwin(twin.claims)
  if (started.status !== 200) throw new Error(`the unchanged twin was refused as well: ${codeOf(started)}`)
  await stage.thief.must('POST', `/api/v1/runs/${twin.run.id}/outcome`, {
    lease: started.body['lease'],
    result: 'failed',
    summary: 'a dry twin: nothing was run',
    state: twin.claims.state,
    treeUnchanged: true,
  })

  add('a local-exec script edited after the countersignature', by.cli, 'tree_changed', await editScript(stage, person))
  add('an evidence bundle with one byte changed', by.verify, 'assertion_challenge', await changeByte(stage, evidence))
  return refusals
}

/** The claims of a next plan: from the state as it is now, with a plan file that was never applied. */
async function nextClaims(stage: Stage, main: Applied): Promise<Claims> {
  const { outcome } = (await stage.thief.must('GET', `/api/v1/runs/${main.run}`)) as { outcome: { state: Claims['state'] } }
  const claims = claimsOf(main.subject)
  return { ...claims, state: outcome.state, plan: { ...claims.plan, file: hex() } }
}

async function makeTwin(stage: Stage, person: SoftwarePerson, claims: Claims, plan: string): Promise<Twin> {
  const { body } = await must(ask(stage, claims, plan))
  const { ceremony, response } = await person.countersign(String(body['code']))
  const run = (await stage.thief.must('GET', `/api/v1/runs/${String(body['id'])}`)) as Run
  return { run, claims, ceremony, assertion: response }
}

async function otherStatement(stage: Stage, person: SoftwarePerson, twin: Twin, plan: string): Promise<string> {
  const { body } = await must(ask(stage, { ...twin.claims, plan: { ...twin.claims.plan, file: hex() } }, plan))
  const code = String(body['code'])
  const begun = await person.begin(code)
  return codeOf(await person.finish(code, begun['ceremony'], twin.assertion))
}

/** A right answer by the right person, made in time and sent too late. The policy of the demonstration lets this workspace's challenges live for two seconds. */
async function tooLate(stage: Stage, person: SoftwarePerson, twin: Twin, plan: string): Promise<string> {
  const answered = async (late: boolean): Promise<Answer> => {
    const { body } = await must(
      ask(
        stage,
        {
          ...twin.claims,
          workspace: { ...twin.claims.workspace, name: 'demo/late' },
          plan: { ...twin.claims.plan, file: hex() },
          state: { ...twin.claims.state, lineage: 'another-lineage' },
        },
        plan,
      ),
    )
    const code = String(body['code'])
    const begun = await person.begin(code)
    const assertion = person.sign(begun['options'])
    if (late) await stage.thief.must('GET', `/api/v1/runs/${String(body['id'])}?wait=20&since=${String(body['version'])}`)
    return person.finish(code, begun['ceremony'], assertion)
  }
  // In time the same answer counts; what differs is when it is sent.
  await must(answered(false))
  return codeOf(await answered(true))
}

/** The grant that the run was started with, as whoever reads the audit log finds it. */
async function grantOf(stage: Stage, run: string): Promise<string> {
  const { entries } = (await stage.thief.must('GET', '/api/v1/ledger/entries?limit=500')) as { entries: { leaf: string }[] }
  const ids = entries.map(({ leaf }) => JSON.parse(leaf) as { type: string; ids: Record<string, string> }).find(({ type, ids: { ref } }) => type === 'gate.granted' && ref === run)?.ids
  if (!ids?.['grant']) throw new Error(`the ledger knows no grant of ${run}`)
  return ids['grant']
}

async function sneakArgument(stage: Stage): Promise<string> {
  const { code, stdout, stderr } = await cli(['apply', '--server', stage.url, '--workspace', workspaceName, '--json', '--', '-state-out=elsewhere.tfstate'], stage).ended
  return code === 0 ? 'accepted' : errorCodeOf(stdout, stderr)
}

/** The person reads and countersigns; in the meantime somebody edits the script that the plan will run. Restored, the same change passes. */
async function editScript(stage: Stage, person: SoftwarePerson): Promise<string> {
  writeAnother(stage.folder)
  const waiting = await startApply(stage, ['--json'])
  writeDeploy(stage.folder, editedDeploy)
  await person.countersign(waiting.code)
  const { code, stdout, stderr } = await waiting.child.ended
  writeDeploy(stage.folder, reviewedDeploy)
  const again = await startApply(stage)
  await person.countersign(again.code)
  await finishApply(stage, again)
  return code === 0 ? 'accepted' : errorCodeOf(stdout, stderr)
}

async function changeByte(stage: Stage, evidence: { file: string; trust: string }): Promise<string> {
  const text = readFileSync(evidence.file, 'utf8')
  const at = text.indexOf('payments/billing-prod')
  const changed = join(stage.scratch, 'changed.json')
  writeFileSync(changed, `${text.slice(0, at)}q${text.slice(at + 1)}`)
  const { code, stdout } = await cli(['verify', changed, '--trust', evidence.trust, '--json'], stage).ended
  const verdict = JSON.parse(stdout) as { verdict: string; code: string }
  return code === 0 || verdict.verdict !== 'INVALID' ? 'accepted' : verdict.code
}

function ask(stage: Stage, claims: Claims, plan: string): Promise<Answer> {
  return stage.thief.call('POST', '/api/v1/runs', { workspace: claims.workspace.name, scope: 'apply', claims, plan, findings: [] })
}

function start(stage: Stage, run: string, grant: string, claims: Claims): Promise<Answer> {
  return stage.thief.call('POST', `/api/v1/runs/${run}/apply-start`, { grant, measured: measuredOf(claims) })
}

async function must(asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked
  if (answer.status >= 400) throw new Error(`what must succeed was refused: ${codeOf(answer)} ${String(answer.body['detail'])}`)
  return answer
}

function codeOf({ status, body }: Answer): string {
  return status < 400 ? 'accepted' : String(body['code'])
}

/** The command line's --json error, or the code it prints in words. */
function errorCodeOf(stdout: string, stderr: string): string {
  const found = /"code":\s*"([a-z_]+)"/.exec(stdout) ?? /\(([a-z]+_[a-z_]+)\)/.exec(stderr)
  return found?.[1] ?? `no code: ${stderr.trim().slice(0, 200)}`
}

async function raw(stage: Stage, run: string): Promise<Buffer> {
  return stage.thief.bytes(`/api/v1/runs/${run}/plan`)
}
