/** Records that the pages only show: a policy, entries of the audit log, runs in every state. */
import { id, sha256 } from './statements.ts'
import { runSubject } from './plans.ts'
import { codeOf, digestOfSubject } from './statements.ts'
import type { World } from './world.ts'

export const policyText = `# Countersign policy. Change it with: countersign policy apply policy.yaml  (countersigned)
version: 1

environments:     # the first match decides; a workspace that matches nothing is treated as prod
  - name: dev
    workspaces: ["*/dev", "*/dev-*", "*/*-dev", "*/sandbox", "*/sandbox-*"]
  - name: staging
    workspaces: ["*/staging", "*/staging-*", "*/*-staging"]

rules:            # the first rule whose conditions all hold decides; what no rule allows is denied
  - name: tearing down is always countersigned
    when: { action: run.apply, scope: destroy }
    then: countersign
    require: { fresh: 10m }

  - name: harmless changes pass
    when: { action: run.apply, environment: [dev, staging], risk: [none, low] }
    then: allow

  - name: a person countersigns
    when: { action: run.apply }
    then: countersign
    require: { assurance: aal2, phishing-resistant: true, fresh: 10m }
    expires: 15m
`

export const loosened = policyText.replace('risk: [none, low]', 'risk: [none, low, medium]').replace('fresh: 10m }\n    expires: 15m', 'fresh: 30m }\n    expires: 15m')

type RunFields = { word: string; workspace: string; environment: string; status: string; ageMinutes: number; plan: string; decision?: string; outcome?: 'applied' | 'failed' }

export function addRun(world: World, fields: RunFields): string {
  const subject = runSubject({ plan: fields.plan, run: fields.word, workspace: fields.workspace, environment: fields.environment, requester: world.person.id })
  const run = id('run', fields.word)
  const at = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()
  const signed = ['granted', 'applying', 'applied', 'failed', 'outcome-unknown'].includes(fields.status) && fields.decision !== 'allow'
  const started = ['applying', 'applied', 'failed', 'outcome-unknown'].includes(fields.status)
  world.plans.set(run, fields.plan)
  world.runs.push({
    id: run, workspace: fields.workspace, environment: fields.environment, enforcement: { level: 'advisory', why: 'credentials of the terminal' }, scope: 'apply', status: fields.status, version: 1,
    decision: fields.decision ?? 'step-up', reasons: [], subject, subjectDigest: digestOfSubject(subject), code: codeOf(digestOfSubject(subject)), link: '', createdAt: at(fields.ageMinutes), expiresAt: at(fields.ageMinutes - 15),
    startedAt: started ? at(fields.ageMinutes - 2) : null, endedAt: fields.outcome === undefined ? null : at(fields.ageMinutes - 3), requester: world.person, executor: 'x', summary: null, risk: null,
    countersignatures: signed ? [{ type: 'webauthn', envelope: '{}', credential: 'x', authenticatorData: '', clientDataJSON: '', signature: '' }] : [],
    signed: signed ? [{ person: world.person.id, name: world.person.name, role: 'self', at: at(fields.ageMinutes - 1), label: 'Work laptop' }] : [],
    grant: fields.status === 'granted' ? { id: id('grt', fields.word), expiresAt: at(-9) } : null,
    effect: null,
    outcome: fields.outcome === undefined ? null : { result: fields.outcome, summary: fields.outcome === 'applied' ? 'Apply complete! Resources: 3 added, 3 changed, 2 destroyed.' : 'Error: creating RDS DB Instance: DBInstanceAlreadyExists', state: { lineage: 'l', serial: 119, digest: sha256('after') }, treeUnchanged: true },
  })
  return run
}
