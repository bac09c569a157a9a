/** Plans for the tests and the pictures: raw ones as terraform writes them, then redacted by the real redaction. */
import { assessRisk, classifyChanges, readRedacted, redactPlan, summarise } from '../../../src/plan/index.ts'
import { canonical, digest, id, instance, policyRef, sha256, thumbprint } from './statements.ts'

type Change = { address: string; actions: string[]; before?: unknown; after?: unknown; unknown?: unknown; replace?: unknown[]; sensitive?: unknown; reason?: string; was?: string }

function resource(change: Change): Record<string, unknown> {
  const [, type = '', name = ''] = /([a-z_0-9]+)\.([\w-]+)(?:\[.*\])?$/u.exec(change.address) ?? []
  const index = /\[(\d+)\]$/u.exec(change.address)?.[1]
  return {
    address: change.address,
    ...(change.was === undefined ? {} : { previous_address: change.was }),
    mode: 'managed', type, name,
    ...(index === undefined ? {} : { index: Number(index) }),
    provider_name: type === 'terraform_data' ? 'terraform.io/builtin/terraform' : `registry.terraform.io/hashicorp/${type.split('_')[0]}`,
    ...(change.reason === undefined ? {} : { action_reason: change.reason }),
    change: {
      actions: change.actions, before: change.before ?? null, after: change.after ?? null, after_unknown: change.unknown ?? {},
      before_sensitive: change.sensitive ?? {}, after_sensitive: change.sensitive ?? {},
      ...(change.replace === undefined ? {} : { replace_paths: change.replace }),
    },
  }
}

const document = (actions: string[], resources: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'Deploy', Effect: 'Allow', Action: actions, Resource: resources }] })

const billing: Change[] = [
  {
    address: 'aws_db_instance.billing', actions: ['delete', 'create'], replace: [['storage_encrypted']],
    before: { identifier: 'billing-prod', engine: 'postgres', engine_version: '15.8', instance_class: 'db.r6g.large', storage_encrypted: false, deletion_protection: true, password: 'not-shown' },
    after: { identifier: 'billing-prod', engine: 'postgres', engine_version: '16.4', instance_class: 'db.r6g.large', storage_encrypted: true, deletion_protection: false, password: 'not-shown-either' },
    unknown: { endpoint: true }, sensitive: { password: true },
  },
  {
    address: 'aws_s3_bucket.invoices_2019', actions: ['delete'], reason: 'delete_because_no_resource_config',
    before: { bucket: 'acme-invoices-2019', force_destroy: true, region: 'eu-central-1', tags: { owner: 'billing' } },
  },
  {
    address: 'aws_iam_role_policy.deployer', actions: ['update'],
    before: { name: 'deployer', role: 'deployer', policy: document(['s3:GetObject', 's3:ListBucket'], 'arn:aws:s3:::acme-artifacts/*') },
    after: { name: 'deployer', role: 'deployer', policy: document(['s3:*', 'iam:PassRole'], '*') },
  },
  {
    address: 'aws_security_group_rule.admin', actions: ['update'],
    before: { type: 'ingress', from_port: 22, to_port: 22, protocol: 'tcp', cidr_blocks: ['10.20.0.0/16'] },
    after: { type: 'ingress', from_port: 22, to_port: 22, protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'] },
  },
  { address: 'terraform_data.migrate', actions: ['create'], after: { input: '16.4' }, unknown: { id: true } },
  { address: 'aws_cloudwatch_log_group.billing', actions: ['update'], before: { name: '/billing', retention_in_days: 14 }, after: { name: '/billing', retention_in_days: 30 } },
  { address: 'aws_instance.worker[0]', actions: ['update'], before: { instance_type: 't3.large', tags: { Name: 'worker-0' } }, after: { instance_type: 't3.xlarge', tags: { Name: 'worker-0' } } },
  { address: 'aws_instance.worker[1]', actions: ['create'], after: { instance_type: 't3.xlarge', tags: { Name: 'worker-1' } }, unknown: { id: true } },
  { address: 'aws_instance.worker[2]', actions: ['create'], after: { instance_type: 't3.xlarge', tags: { Name: 'worker-2' } }, unknown: { id: true } },
]

const provisioners = { root_module: { resources: [{ address: 'terraform_data.migrate', mode: 'managed', type: 'terraform_data', name: 'migrate', provisioners: [{ type: 'local-exec', expressions: { command: { constant_value: './scripts/migrate.sh --from 15.8 --to 16.4' } } }] }] } }

export function redacted(changes: readonly Change[], configuration: unknown = { root_module: {} }, outputs: unknown = {}): string {
  const raw = { format_version: '1.2', terraform_version: '1.11.4', resource_changes: changes.map(resource), output_changes: outputs, configuration, applyable: true, complete: true, errored: false }
  return redactPlan(JSON.stringify(raw)).text
}

export const billingPlan = (): string => redacted(billing, provisioners)

export const harmlessPlan = (): string => redacted([{ address: 'aws_cloudwatch_log_group.billing', actions: ['update'], before: { retention_in_days: 14 }, after: { retention_in_days: 30 } }])

/** A right-to-left override, a zero-width space and a newline in names and values, as an attacker would put them. */
export const deceivingPlan = (): string =>
  redacted([{ address: 'aws_s3_bucket.logs["\u202egnp.exe"]', actions: ['update'], before: { bucket: 'safe\u200bname', acl: 'private' }, after: { bucket: 'safe\u2066name', acl: 'public-read' } }])

export const manyChanges = (count: number): string =>
  redacted([
    ...Array.from({ length: count }, (_, index) => ({ address: `module.fleet.aws_instance.node[${index}]`, actions: ['update'], before: { instance_type: 't3.small' }, after: { instance_type: 't3.medium' } })),
    ...Array.from({ length: 40 }, (_, index) => ({ address: `module.fleet.aws_ebs_volume.data[${index}]`, actions: ['delete'], before: { size: 100 } })),
  ])

export type RunFields = { plan: string; run?: string; workspace?: string; environment?: string; scope?: 'apply' | 'destroy'; requester: string; subject?: Record<string, unknown> }

/** The canonical text of a run's statement over this plan. */
export function runSubject(fields: RunFields): string {
  const plan = readRedacted(fields.plan)
  const changes = classifyChanges(plan)
  const word = fields.run ?? 'run'
  return canonical({
    v: 1, kind: 'run', instance, org: 'acme', action: 'run.apply', scope: fields.scope ?? 'apply', mode: 'wrapped', derivation: 'client-claimed',
    run: id('run', word), requester: fields.requester, executor: thumbprint('terminal'),
    workspace: { name: fields.workspace ?? 'payments/billing-prod', environment: fields.environment ?? 'prod', enforcement: 'advisory', backend: { type: 's3', cliWorkspace: 'default', location: digest('location') } },
    plan: { file: digest(`file ${word}`), json: sha256(fields.plan), redactor: '1' },
    state: { lineage: '3a1f6d1e-8f6a-1c6b-2b0c-8d3a6f1b2c4d', serial: 118, digest: digest('state') },
    engine: { name: 'terraform', version: '1.11.4', binary: digest('terraform') },
    providers: [{ address: 'registry.terraform.io/hashicorp/aws', version: '5.96.0', digest: digest('aws') }],
    tree: { digest: digest('tree'), files: 46, bytes: 81_234, bound: true },
    arguments: ['-parallelism=20'], variables: [{ name: 'TF_VAR_region', digest: digest('eu-central-1') }],
    commit: '9f2c1ab7d4e05c3b8a6f7e1d2c3b4a5968778695', dirty: true,
    summary: summarise(changes, plan), risk: assessRisk(changes, plan), unbound: ['AWS_*', 'PATH'], policy: policyRef,
    ...fields.subject,
  })
}
