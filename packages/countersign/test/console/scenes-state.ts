/** What is asked of a state, as statements of the fake server and as scenes. */
import type { StateSubject } from '@countersign/proof'
import { canonical, digest, id, instance, policyRef, thumbprint } from './fake/statements.ts'
import { ask } from './fake/world.ts'
import type { Challenge, World } from './fake/world.ts'

const lineage = '7d1f0c52-5d5f-4d43-9b6e-2f0f8a1c9e01'
const none = { version: 0, lineage: '', serial: 0, digest: '' }
const noChanges = { added: 0, changed: 0, removed: 0, outputs: 0, addresses: [], omitted: 0 }
const credential = id('stc', 'laptop')
const applying = { digest: digest('lock id'), operation: 'OperationTypeApply', who: 'rosa@thinkpad', info: '' }

const base = (world: World): StateSubject => ({
  v: 1, kind: 'state', instance, org: 'acme', action: 'state.write', request: id('sta', 'one'), requester: world.person.id, executor: credential,
  workspace: { name: 'payments/billing-prod', environment: 'prod', enforcement: 'state-gated' }, source: '10.20.4.17', phase: '', tier: '', lasts: 0, lock: applying,
  state: { version: 41, lineage, serial: 212, digest: digest('state 41') }, target: none, whole: false, changes: noChanges,
  policy: { ...policyRef, rule: 'a person countersigns for a state' } as StateSubject['policy'],
})

const target = { version: 37, lineage, serial: 204, digest: digest('state 37') }
const terminal = { executor: thumbprint('terminal'), lock: { digest: '', operation: '', who: '', info: '' }, policy: { ...policyRef, rule: '(floor)' } as StateSubject['policy'] }
const changes: StateSubject['changes'] = {
  added: 2, changed: 1, removed: 3, outputs: 1, omitted: 0,
  addresses: [
    { address: 'aws_db_instance.billing', change: 'changed' }, { address: 'aws_lambda_function.invoice["eu-north-1"]', change: 'added' }, { address: 'aws_s3_bucket.invoices_2019', change: 'added' },
    { address: 'module.queue.aws_sqs_queue.dead_letters', change: 'removed' }, { address: 'module.queue.aws_sqs_queue.orders', change: 'removed' }, { address: 'module.queue.aws_sqs_queue_policy.orders', change: 'removed' },
  ],
}

/** One of each, with the members that its action takes. */
export const stateSubjects = {
  credential: { ...terminal, action: 'state.credential', phase: 'apply', tier: 'full', lasts: 28_800 },
  plan: { action: 'state.plan', lock: { ...applying, operation: 'OperationTypePlan' }, tier: 'full' },
  write: {},
  read: { ...terminal, executor: credential, action: 'state.read', tier: 'full' },
  redacted: { ...terminal, executor: '', action: 'state.read-redacted', tier: 'redacted' },
  outputs: { ...terminal, executor: credential, action: 'state.read-outputs', tier: 'outputs' },
  import: { ...terminal, action: 'state.import', target: { version: 0, lineage, serial: 219, digest: digest('file') } },
  rollback: { ...terminal, executor: '', action: 'state.rollback', target, changes },
  delete: { ...terminal, executor: '', action: 'state.delete', target, lasts: 2_592_000 },
  'delete-all': { ...terminal, action: 'state.delete', whole: true, lasts: 2_592_000, changes: { ...changes, added: 0, changed: 0, removed: 214, omitted: 211, outputs: 4, addresses: changes.addresses.filter(({ change }) => change === 'removed') } },
  restore: { ...terminal, action: 'state.restore', target },
  accept: { ...terminal, executor: '', action: 'state.accept', target: { version: 42, lineage, serial: 213, digest: digest('state 42') }, changes },
  discard: { ...terminal, executor: '', action: 'state.discard', lasts: 2_592_000, target: { version: 42, lineage, serial: 213, digest: digest('state 42') } },
  'force-unlock': { ...terminal, executor: '', action: 'state.force-unlock', lock: { ...applying, who: 'jonas@build-7', info: 'nightly' } },
} as const satisfies Record<string, Partial<StateSubject>>

export type StateScene = keyof typeof stateSubjects

export function askState(world: World, which: StateScene, over: Partial<StateSubject> = {}, fields: Partial<Challenge> = {}): Challenge {
  const wire = { source: { address: '10.20.4.17', host: '', client: 'Terraform 1.11.4' } }
  const subject: StateSubject = { ...base(world), ...stateSubjects[which], ...over }
  return ask(world, canonical(subject), { ...(subject.executor.startsWith('stc_') ? wire : {}), ...fields })
}
