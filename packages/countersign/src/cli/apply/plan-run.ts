/** `countersign plan`: the same plan, summary and risk as apply, and what policy would ask, without asking anybody. */
import type { RunSubject } from '@countersign/proof'
import { answer, type Preview } from '../client/wire.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { showSummary } from '../render/summary.ts'
import type { Begun, RunOptions } from './begin.ts'
import { claimsOf, READING } from './claims.ts'
import { connect } from './connect.ts'
import { watchInterrupts } from './interrupts.ts'
import { planAndRead } from './plan-step.ts'
import { showNothing } from './result.ts'
import { accessForPlan, using } from './state-access.ts'

export async function planRun(begun: Begun, options: RunOptions, output: Output): Promise<ExitCode> {
  const interrupts = watchInterrupts(output)
  try {
    const { scope, workspace, repository } = begun
    const [prepared, session] = await Promise.all([begun.prepared, connect(options, repository, output).catch(notConnected)])
    const access = 'api' in session ? await accessForPlan(session, begun, prepared, output, interrupts.signal) : undefined
    const planned = async (given: typeof prepared) => await planAndRead(given, output, interrupts.signal)
    const made = access ? await using(access, planned) : await planned(prepared)
    if (!made) return showNothing(output, workspace)
    const { plan, read } = made
    try {
      const claims = claimsOf(plan, workspace.name, read.redacted)
      const body = { workspace: workspace.name, scope, claims, plan: read.redacted, findings: read.findings, dryRun: true }
      const preview = 'api' in session ? answer('preview', await session.api.call('POST', '/api/v1/runs', { body, signal: interrupts.signal, silence: READING })) : undefined
      showSummary(output, { summary: read.summary, risk: preview?.risk ?? read.risk, workspace: { name: workspace.name, ...(preview ? { environment: preview.environment } : {}) } }, read)
      output.line()
      output.line(preview ? asks(preview) : `What policy asks is not known: ${'why' in session ? session.why : ''}`)
      if (workspace.derived) output.line(output.paint.dim(`The workspace's name comes from the folders. To keep it as it is, write it into .countersign.yaml: workspace: ${safe(workspace.name)}`))
      output.data({ workspace: workspace.name, changes: true, scope, summary: read.summary, risk: preview?.risk ?? read.risk, environment: preview?.environment ?? null, decision: preview?.decision ?? null })
      return exitCodes.changes
    } finally {
      plan.dispose()
    }
  } finally {
    interrupts.end()
  }
}

/** A plan is worth something without a server. A server that changed its history, or a wrong passphrase, is another matter. */
function notConnected(error: unknown): { why: string } {
  if (error instanceof CliError && (error.code === 'server_missing' || error.code === 'not_signed_in' || error.code === 'server_unreachable')) return { why: error.message }
  throw error
}

function asks(preview: Preview): string {
  const { decision, environment } = preview
  const where = `in ${safe(environment)}, by the rule "${safe(decision.rule)}"`
  if (decision.effect === 'allow') return `Policy lets this pass without a countersignature (${where}).`
  if (decision.effect === 'deny') return `Policy denies this (${where}): ${decision.reasons.map((reason) => safe(reason.message)).join(' ')}`
  return `Policy asks for ${requirementWords(decision.requirement)} (${where}).`
}

function requirementWords(requirement: RunSubject['policy']['requirement'] | undefined): string {
  if (!requirement) return 'a countersignature'
  const parts: string[] = []
  if (requirement.selfStepUp) parts.push('your own countersignature')
  if (requirement.approvals > 0) parts.push(`${requirement.approvals} approval${requirement.approvals === 1 ? '' : 's'} by ${safe(requirement.approverRole)}`)
  return `${parts.join(' and ') || 'a countersignature'} at ${requirement.assurance}${requirement.phishingResistant ? ', with a passkey or security key' : ''}`
}
