/**
 * `countersign apply` and `countersign destroy`: one list of steps, read aloud in `applyRun`. Each step is what makes the next one
 * safe; nothing of terraform's own apply starts before `startApply` has answered.
 */
import { formatCode, shortCode, subjectDigest, type Consent, type RunSubject } from '@countersign/proof'
import { applyPlan, compareMeasured, remeasure, type Applied, type Plan, type Scope } from '../../engine/index.ts'
import { changeSentence } from '../../plan/index.ts'
import type { Session } from '../client/session.ts'
import { answer, type RunView } from '../client/wire.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { showSummary } from '../render/summary.ts'
import type { Begun, RunOptions } from './begin.ts'
import { checkSubject } from './check-subject.ts'
import { claimsOf, measuredForStart, READING } from './claims.ts'
import { connect } from './connect.ts'
import { watchInterrupts, type Interrupts } from './interrupts.ts'
import { offerToOpen } from './offer.ts'
import { planAndRead, streamsOf } from './plan-step.ts'
import type { ReadPlan } from './read-plan.ts'
import { report, reportOf, type Reported } from './report.ts'
import { accessForApply, accessForPlan, stateKeptHere, using } from './state-access.ts'
import { showNothing, showResult, resultJson } from './result.ts'
import { inTurn, keepSaying, tellBehind } from './turn.ts'
import { verifyConsent } from './verify-consent.ts'
import { provenRules, verifyDecision, type Rules } from './verify-decision.ts'
import { saveEvidence, whatIsWrong } from './evidence-file.ts'
import { waitForRun } from './wait.ts'

export type ApplyOptions = RunOptions & { readonly evidence?: string; /** Milliseconds. */ readonly timeout?: number }

export type Asked = {
  readonly session: Session
  readonly plan: Plan
  readonly read: ReadPlan
  readonly view: RunView
  /** As it was checked: what is shown and signed. */
  readonly subject: RunSubject
  readonly code: string
}
export type Finished = Asked & { readonly applied: Applied; readonly reported: Reported; readonly evidence: string | undefined; readonly consent: Consent | undefined }

export async function applyRun(begun: Begun, options: ApplyOptions, output: Output): Promise<ExitCode> {
  const interrupts = watchInterrupts(output)
  let plan: Plan | undefined
  try {
    const { scope, workspace, repository } = begun
    const [prepared, session] = await Promise.all([begun.prepared, connect(options, repository, output)])
    const rules = provenRules(session)
    rules.catch(() => undefined) // who awaits it hears of it
    const access = await accessForPlan(session, begun, prepared, output, interrupts.signal)
    const made = await using(access, async (given) => await planAndRead(given, output, interrupts.signal))
    if (!made) return showNothing(output, workspace)
    plan = made.plan
    const asked = await ask({ scope, workspace: workspace.name, session, rules, ...made })
    showSummary(output, asked.subject, made.read)
    const { view, consent } = await agreed(asked, options, output, interrupts)
    const lease = await startApply(asked, view, interrupts, output)
    const applied = await applyOrReport(asked, { lease, stateHere: begun.stateHere }, interrupts, output)
    return await finish({ ...asked, applied, consent }, lease, options, output)
  } finally {
    plan?.dispose()
    interrupts.end()
  }
}

/** Sends the claims and the redacted plan, reads the statement back, and asks the proven policy whether it would have decided so. */
async function ask(about: { scope: Scope; workspace: string; session: Session; rules: Promise<Rules>; plan: Plan; read: ReadPlan }): Promise<Asked> {
  const { scope, workspace, session, rules, plan, read } = about
  const claims = claimsOf(plan, workspace, read.redacted)
  const view = answer('run', await session.api.call('POST', '/api/v1/runs', { body: { workspace, scope, claims, plan: read.redacted, findings: read.findings }, silence: READING }))
  try {
    const subject = checkSubject(view.subject, {
      claims, plan: read, scope, run: view.id, instance: session.trust.instance, org: session.trust.org,
      requester: session.person.id, executor: session.api.key.thumbprint,
      servers: [session.profile.server, ...session.trust.sites.flatMap(({ origins }) => origins)],
    })
    if (view.decision !== 'deny') await verifyDecision(session, rules, subject, view.decision)
    // The code is made here, from the statement that was just checked: the server's own word for it is not shown.
    return { session, plan, read, view, subject, code: formatCode(shortCode(await subjectDigest(view.subject))) }
  } catch (error) {
    await takeBack(session, view)
    throw error
  }
}

/** Until the run may be applied: allowed by policy, or countersigned and verified. */
async function agreed(asked: Asked, options: ApplyOptions, output: Output, interrupts: Interrupts): Promise<{ view: RunView; consent: Consent | undefined }> {
  const { session, view, code } = asked
  if (view.decision === 'deny') throw denied(view)
  if (view.decision === 'allow') {
    output.line('Policy lets this pass without a countersignature.')
    tellBehind(output, view)
    return { view, consent: undefined }
  }
  const link = `${session.trust.sites.at(-1)?.origins[0] ?? session.profile.server}/c/${code}`
  output.line()
  output.line(`  what you sign   ${output.paint.bold(code)}      ->  ${link}`)
  tellBehind(output, view)
  const offer = offerToOpen(output, link)
  try {
    const granted = await waitForRun({ api: session.api, output, signal: interrupts.signal, timeout: options.timeout }, view)
    return { view: granted, consent: await verifyConsent(session, granted, view.subject) }
  } catch (error) {
    if (error instanceof CliError && (error.code === 'interrupted' || error.code === 'wait_timeout' || error.code === 'evidence_rejected' || error.code === 'server_history_changed')) await takeBack(session, view)
    throw error
  } finally {
    offer.end()
  }
}

/** Everything once more, then the server's word that this grant is spent on this run. */
async function startApply(asked: Asked, view: RunView, interrupts: Interrupts, output: Output): Promise<string> {
  const { plan, session } = asked
  const now = await remeasure(plan)
  const [change] = compareMeasured(plan.measured, now)
  if (change || !view.grant || interrupts.signal.aborted) await takeBack(session, view)
  if (change) throw new CliError(change.code, `Since the plan was made, ${change.what} changed. Nothing was applied.`, 'Look at what changed, then run the command again for a new plan.')
  if (interrupts.signal.aborted) throw new CliError('interrupted', 'Interrupted before the apply began. Nothing was changed.', '', { exit: exitCodes.notCountersigned })
  if (!view.grant) throw new CliError('countersignature_required', 'The server gave no grant for this run.', 'Run the command again.', { exit: exitCodes.notCountersigned })
  const body = { grant: view.grant.id, measured: measuredForStart(now) }
  const start = async () => answer('lease', await session.api.call('POST', `/api/v1/runs/${view.id}/apply-start`, { body }))
  return (await inTurn(session, view.id, output, interrupts.signal, start)).lease
}

/** When terraform is not even started, the spent run ends as failed, with the state as it was. */
async function applyOrReport(asked: Asked, { lease, stateHere }: { lease: string; stateHere: boolean }, interrupts: Interrupts, output: Output): Promise<Applied> {
  const { session, view, code, plan, subject } = asked
  const saying = keepSaying(session.api, view.id, lease)
  try {
    if (!stateHere) return await applyPlan(plan, streamsOf(output), interrupts.applying())
    const workspace = subject.workspace.name
    const access = await accessForApply(session, plan, { workspace, run: view.id, lease }, output)
    return await using(access, async (given) => await applyPlan(given, streamsOf(output), interrupts.applying(), async () => await stateKeptHere(session, workspace)))
  } catch (error) {
    const nothing: Applied = { result: 'failed', code: 0, interrupted: interrupts.signal.aborted, state: plan.measured.state, treeUnchanged: true }
    await report(session.api, reportOf({ server: session.profile.server, run: view.id, code, lease }, nothing, 'terraform was not started'))
    throw error
  } finally {
    saying.end()
  }
}

async function finish(done: Asked & { applied: Applied; consent: Consent | undefined }, lease: string, options: ApplyOptions, output: Output): Promise<ExitCode> {
  const { session, view, code, applied, read } = done
  const words = `${changeSentence(read.summary)}${applied.result === 'failed' ? `; terraform ended with exit code ${applied.code}${applied.interrupted ? ' after an interrupt' : ''}` : ''}`
  const reported = await report(session.api, reportOf({ server: session.profile.server, run: view.id, code, lease }, applied, words))
  const evidence = reported.told ? await evidenceOf(done, options, output) : undefined
  const finished: Finished = { ...done, reported, evidence }
  showResult(output, finished)
  output.data(resultJson(finished))
  return applied.result === 'applied' ? exitCodes.done : exitCodes.error
}

/** The apply is over: evidence that cannot be had now can be had later, and is no reason to fail. */
async function evidenceOf(done: Asked, options: ApplyOptions, output: Output): Promise<string | undefined> {
  try {
    const bytes = await done.session.api.bytes(`/api/v1/runs/${done.view.id}/evidence`)
    const path = saveEvidence(bytes, done.code, options.evidence)
    const wrong = await whatIsWrong(bytes, done.view.subject, done.session.trust, done.view.decision === 'step-up')
    if (wrong !== undefined) output.warn(`The evidence in ${path} is not what it should be: ${wrong}. Keep it, and tell the server's owner.`)
    return path
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    output.warn(`${error.message} ${error.next}`)
    return undefined
  }
}

/** The run is of no use any more. The server may be gone as well; then it expires by itself. */
async function takeBack(session: Session, view: RunView): Promise<void> {
  await session.api.call('POST', `/api/v1/runs/${view.id}/cancel`, { body: {}, silence: 3_000 }).catch(() => undefined)
}

function denied(view: RunView): CliError {
  const reasons = view.reasons.map((reason) => safe(reason.message)).join(' ')
  return new CliError('denied_by_policy', `Policy denies this: ${reasons || 'it gave no reason.'} Nothing was changed.`, 'See the policy with: countersign policy show', { exit: exitCodes.denied })
}
