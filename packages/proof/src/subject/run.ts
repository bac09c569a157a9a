/** kind "run": one apply of one plan file. */
import { bytes, digest, digestOrNone, id } from '../schema/scalars.ts'
import { array, flag, integer, object, oneOf, type Shape, sorted, text, where } from '../schema/shape.ts'
import type { ChangeSummary, Risk, RunSubject } from '../types/subject.ts'
import { common, policyRef } from './common.ts'

const count = integer(0)
const label = text(256, 1)

const summary: Shape<ChangeSummary> = object<ChangeSummary>({
  create: count,
  update: count,
  replace: count,
  delete: count,
  import: count,
  forget: count,
  move: count,
  read: count,
  outputs: count,
  critical: array(object({ address: text(4096, 1), action: label, reason: text(4096) }), 50),
  criticalOmitted: count,
})

const risk: Shape<Risk> = object<Risk>({
  level: oneOf('none', 'low', 'medium', 'high', 'critical'),
  reasons: array(object({ code: label, address: text(4096), detail: text(4096) }), 100),
  reasonsOmitted: count,
})

const workspaceName = where(text(512, 3), (it) => /^[^/]/.test(it) && it.slice(0, -1).includes('/'), 'is not project/name')
const provider = object({ address: text(512, 1), version: text(128), digest })
const variable = object({ name: text(1024, 1), digest })
const tree = object({ digest: digestOrNone, files: count, bytes: count, bound: flag })

export const run: Shape<RunSubject> = object<RunSubject>({
  ...common,
  kind: oneOf('run'),
  action: oneOf('run.apply'),
  scope: oneOf('apply', 'destroy'),
  mode: oneOf('wrapped', 'native', 'agent'),
  derivation: oneOf('client-claimed', 'agent-derived'),
  run: id('run'),
  requester: id('usr'),
  executor: bytes(32),
  workspace: object({
    name: workspaceName,
    environment: label,
    enforcement: oneOf('advisory', 'state-gated', 'credential-gated'),
    backend: object({ type: label, cliWorkspace: label, location: digest }),
  }),
  plan: object({ file: digest, json: digest, redactor: text(32, 1) }),
  state: object({ lineage: text(256), serial: count, digest }),
  engine: object({ name: oneOf('terraform', 'tofu'), version: text(64, 1), binary: digest }),
  providers: sorted(array(provider, 1000), (it) => it.address),
  tree: where(tree, (it) => it.bound === (it.digest !== ''), 'is bound without a digest, or has one without being bound'),
  arguments: array(text(4096), 1000),
  variables: sorted(array(variable, 1000), (it) => it.name),
  commit: text(128),
  dirty: flag,
  summary,
  risk,
  unbound: array(label, 1000),
  policy: policyRef,
})
