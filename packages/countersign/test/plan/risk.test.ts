/** Every rule of risk with a plan that triggers it, and a twin that differs in one thing and does not. */
import { expect, test } from 'vitest'
import { assessRisk } from '../../src/plan/index.ts'
import type { Json, JsonObject } from '../../src/plan/index.ts'
import { change, onServer } from './plans.ts'
import type { ChangeInput } from './plans.ts'

type Case = ChangeInput & { plan?: JsonObject }

function codes({ plan: more, ...input }: Case): string[] {
  const { plan, changes } = onServer([change(input)], more)
  return [...new Set(assessRisk(changes, plan).reasons.map((reason) => reason.code))]
}

const policy = (...statements: JsonObject[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const allow = (action: Json, resource: Json, more: JsonObject = {}): JsonObject => ({ Effect: 'Allow', Action: action, Resource: resource, ...more })
const narrow = policy(allow('s3:GetObject', 'arn:aws:s3:::b/*'))
const ingress = (more: JsonObject): JsonObject => ({ ingress: [{ from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'], ...more }] })
const sg = 'aws_security_group'
const db = 'aws_db_instance'
const runner = (command: string): JsonObject => ({
  configuration: { root_module: { resources: [{ address: 'terraform_data.example', mode: 'managed', type: 'terraform_data', name: 'example', provisioners: [{ type: 'local-exec', expressions: { command: { constant_value: command } } }] }] } },
})

test.each<[code: string, name: string, bad: Case, twin: Case]>([
  ['destroy_stateful', 'a database', { type: db, before: { id: 'x' } }, { type: db, before: { id: 'x' }, after: { id: 'x', tags: {} } }],
  ['destroy_stateful', 'terraform_data named database', { name: 'database', before: { id: 'x' } }, { name: 'greeting', before: { id: 'x' } }],
  ['destroy_stateful', 'a volume of an unlisted provider', { type: 'acme_block_volume', before: { id: 'x' } }, { type: 'acme_block_volume_attachment', before: { id: 'x' } }],
  ['replace_stateful', 'a bucket', { type: 'aws_s3_bucket', actions: ['delete', 'create'], before: { bucket: 'a' }, after: { bucket: 'b' } }, { type: 'aws_lb', actions: ['delete', 'create'], before: { name: 'a' }, after: { name: 'b' } }],
  ['destroy', 'anything', { type: 'aws_lb', before: { id: 'x' } }, { type: 'aws_lb', actions: ['forget'], before: { id: 'x' } }],
  ['replace', 'anything', { actions: ['create', 'delete'], before: { a: 1 }, after: { a: 2 } }, { actions: ['update'], before: { a: 1 }, after: { a: 2 } }],
  ['forget', 'anything', { actions: ['forget'], before: { a: 1 } }, { actions: ['update'], before: { a: 1 }, after: { a: 2 } }],
  ['import', 'anything', { actions: ['no-op'], before: { a: 1 }, after: { a: 1 }, change: { importing: { id: 'x' } } }, { actions: ['no-op'], before: { a: 1 }, after: { a: 1 } }],

  ['iam_admin', 'everything on everything', { type: 'aws_iam_policy', before: { policy: narrow }, after: { policy: policy(allow('*', '*')) } }, { type: 'aws_iam_policy', before: { policy: policy(allow('*', '*')) }, after: { policy: policy(allow('*', '*')), name: 'x' } }],
  ['iam_admin', 'the administrator policy attached', { type: 'aws_iam_role_policy_attachment', after: { role: 'r', policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess' } }, { type: 'aws_iam_role_policy_attachment', after: { role: 'r', policy_arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' } }],
  ['iam_admin', 'owner of a project', { type: 'google_project_iam_member', after: { role: 'roles/owner', member: 'user:a@b' } }, { type: 'google_project_iam_member', after: { role: 'roles/viewer', member: 'user:a@b' } }],
  ['iam_admin', 'Azure owner', { type: 'azurerm_role_assignment', after: { role_definition_name: 'Owner', principal_id: 'p' } }, { type: 'azurerm_role_assignment', after: { role_definition_name: 'Reader', principal_id: 'p' } }],
  ['iam_admin', 'cluster-admin', { type: 'kubernetes_cluster_role_binding', after: { role_ref: [{ kind: 'ClusterRole', name: 'cluster-admin' }] } }, { type: 'kubernetes_cluster_role_binding', after: { role_ref: [{ kind: 'ClusterRole', name: 'view' }] } }],
  ['iam_admin', 'every verb on every resource', { type: 'kubernetes_cluster_role', after: { rule: [{ api_groups: ['*'], resources: ['*'], verbs: ['*'] }] } }, { type: 'kubernetes_cluster_role', after: { rule: [{ api_groups: [''], resources: ['pods'], verbs: ['*'] }] } }],
  ['iam_public', 'anybody in a bucket policy', { type: 'aws_s3_bucket_policy', after: { policy: policy(allow('s3:GetObject', '*', { Principal: '*' })) } }, { type: 'aws_s3_bucket_policy', after: { policy: policy(allow('s3:GetObject', '*', { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } })) } }],
  ['iam_public', 'allUsers', { type: 'google_storage_bucket_iam_member', after: { role: 'roles/storage.objectViewer', member: 'allUsers' } }, { type: 'google_storage_bucket_iam_member', after: { role: 'roles/storage.objectViewer', member: 'user:a@b' } }],
  ['iam_public', 'a function that anybody may call', { type: 'aws_lambda_permission', after: { action: 'lambda:InvokeFunction', principal: '*' } }, { type: 'aws_lambda_permission', after: { action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com' } }],
  ['iam_wider', 'one more action', { type: 'aws_iam_policy', before: { policy: narrow }, after: { policy: policy(allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::b/*')) } }, { type: 'aws_iam_policy', before: { policy: policy(allow('s3:*', '*')) }, after: { policy: narrow } }],
  ['iam_wider', 'a condition removed', { type: 'aws_iam_policy', before: { policy: policy(allow('s3:GetObject', '*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })) }, after: { policy: policy(allow('s3:GetObject', '*')) } }, { type: 'aws_iam_policy', before: { policy: policy(allow('s3:GetObject', '*')) }, after: { policy: policy(allow('s3:GetObject', '*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })) } }],
  ['iam_wider', 'a denial removed', { type: 'aws_iam_policy', before: { policy: policy(allow('s3:*', '*'), { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' }) }, after: { policy: policy(allow('s3:*', '*')) } }, { type: 'aws_iam_policy', before: { policy: policy(allow('s3:*', '*')) }, after: { policy: policy(allow('s3:*', '*'), { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' }) } }],
  ['iam_wider', 'a policy that denies, destroyed', { type: 'aws_organizations_policy', before: { content: policy({ Effect: 'Deny', Action: '*', Resource: '*' }) } }, { type: 'aws_organizations_policy', before: { content: policy(allow('s3:*', '*')) } }],
  ['iam_wider', 'the permissions boundary removed', { type: 'aws_iam_role', before: { permissions_boundary: 'arn:b' }, after: { permissions_boundary: null } }, { type: 'aws_iam_role', before: { permissions_boundary: 'arn:b' }, after: { permissions_boundary: 'arn:b', tags: {} } }],
  ['iam_granted', 'a new narrow policy', { type: 'aws_iam_policy', after: { policy: narrow } }, { type: 'aws_iam_policy', before: { policy: narrow, d: '' }, after: { policy: narrow, d: 'x' } }],
  ['iam_hidden', 'a sensitive policy', { type: 'aws_iam_policy', after: { policy: narrow }, afterSensitive: { policy: true } }, { type: 'aws_iam_policy', after: { policy: narrow } }],
  ['iam_hidden', 'a policy not known yet', { type: 'aws_iam_role_policy', after: { role: 'r' }, unknown: { policy: true } }, { type: 'aws_iam_role_policy', after: { role: 'r', policy: narrow }, unknown: { id: true } }],
  ['iam_hidden', 'a role not known yet', { type: 'google_project_iam_member', after: { member: 'user:a@b' }, unknown: { role: true } }, { type: 'google_project_iam_member', after: { member: 'user:a@b', role: 'roles/viewer' }, unknown: { etag: true } }],

  ['exposed_admin', 'SSH from everywhere', { type: sg, after: ingress({ from_port: 22, to_port: 22, cidr_blocks: ['0.0.0.0/0'] }) }, { type: sg, after: ingress({ from_port: 22, to_port: 22 }) }],
  ['exposed_admin', 'every protocol over IPv6', { type: sg, after: ingress({ protocol: '-1', ipv6_cidr_blocks: ['::/0'] }) }, { type: sg, after: { egress: [{ protocol: '-1', ipv6_cidr_blocks: ['::/0'] }] } }],
  ['exposed_admin', 'half of the internet', { type: sg, after: ingress({ from_port: 0, to_port: 65535, cidr_blocks: ['128.0.0.0/1'] }) }, { type: sg, after: ingress({ from_port: 0, to_port: 65535, cidr_blocks: ['172.16.0.0/12'] }) }],
  ['exposed_admin', 'Azure, RDP from Internet', { type: 'azurerm_network_security_rule', after: { direction: 'Inbound', access: 'Allow', protocol: 'Tcp', source_address_prefix: 'Internet', destination_port_range: '3389' } }, { type: 'azurerm_network_security_rule', after: { direction: 'Inbound', access: 'Deny', protocol: 'Tcp', source_address_prefix: 'Internet', destination_port_range: '3389' } }],
  ['exposed_admin', 'Google, SSH', { type: 'google_compute_firewall', after: { direction: 'INGRESS', source_ranges: ['0.0.0.0/0'], allow: [{ protocol: 'tcp', ports: ['22'] }] } }, { type: 'google_compute_firewall', after: { direction: 'EGRESS', source_ranges: ['0.0.0.0/0'], allow: [{ protocol: 'tcp', ports: ['22'] }] } }],
  ['exposed_public', 'HTTPS from everywhere', { type: sg, before: ingress({}), after: ingress({ cidr_blocks: ['10.0.0.0/8', '0.0.0.0/0'] }) }, { type: sg, before: ingress({ cidr_blocks: ['0.0.0.0/0'] }), after: { ...ingress({ cidr_blocks: ['0.0.0.0/0'] }), description: 'x' } }],
  ['exposed_public', 'a rule of its own', { type: 'aws_vpc_security_group_ingress_rule', after: { cidr_ipv4: '0.0.0.0/0', from_port: 443, to_port: 443, ip_protocol: 'tcp' } }, { type: 'aws_vpc_security_group_egress_rule', after: { cidr_ipv4: '0.0.0.0/0', from_port: 443, to_port: 443, ip_protocol: 'tcp' } }],
  ['exposed_public', 'a public address', { type: 'aws_instance', after: { associate_public_ip_address: true } }, { type: 'aws_instance', after: { associate_public_ip_address: false } }],
  ['public_data', 'a public access list', { type: 'aws_s3_bucket_acl', before: { acl: 'private' }, after: { acl: 'public-read' } }, { type: 'aws_s3_bucket_acl', before: { acl: 'public-read' }, after: { acl: 'private' } }],
  ['public_data', 'a list that becomes writable', { type: 'aws_s3_bucket_acl', before: { acl: 'public-read' }, after: { acl: 'public-read-write' } }, { type: 'aws_s3_bucket_acl', before: { acl: 'public-read' }, after: { acl: 'public-read', bucket: 'x' } }],
  ['public_data', 'a database on the internet', { type: db, before: { publicly_accessible: false }, after: { publicly_accessible: true } }, { type: db, before: { publicly_accessible: true }, after: { publicly_accessible: true, tags: {} } }],
  ['exposure_hidden', 'sensitive ranges', { type: sg, after: ingress({ cidr_blocks: ['10.0.0.0/8'] }), afterSensitive: { ingress: [{ cidr_blocks: true }] } }, { type: sg, after: ingress({}), afterSensitive: { ingress: [{ description: true }] } }],
  ['exposure_hidden', 'ranges not known yet', { type: 'aws_security_group_rule', after: { type: 'ingress', from_port: 22, to_port: 22, protocol: 'tcp', security_group_id: 's' }, unknown: { cidr_blocks: true } }, { type: 'aws_security_group_rule', after: { type: 'egress', from_port: 22, to_port: 22, protocol: 'tcp', security_group_id: 's' }, unknown: { cidr_blocks: true } }],
  ['exposure_hidden', 'a flag not known any more', { type: db, before: { publicly_accessible: true }, after: {}, unknown: { publicly_accessible: true } }, { type: db, after: {}, unknown: { publicly_accessible: true } }],

  ['protection_off', 'deletion protection', { type: db, before: { deletion_protection: true }, after: { deletion_protection: false } }, { type: db, before: { deletion_protection: false }, after: { deletion_protection: true } }],
  ['protection_off', 'deletion protection taken out', { type: db, before: { deletion_protection: true }, after: {} }, { type: db, before: { deletion_protection: false }, after: {} }],
  ['protection_off', 'versioning', { type: 'aws_s3_bucket_versioning', before: { versioning_configuration: [{ status: 'Enabled' }] }, after: { versioning_configuration: [{ status: 'Suspended' }] } }, { type: 'aws_s3_bucket_versioning', before: { versioning_configuration: [{ status: 'Suspended' }] }, after: { versioning_configuration: [{ status: 'Enabled' }] } }],
  ['protection_off', 'shorter backups', { type: db, before: { backup_retention_period: 14 }, after: { backup_retention_period: 1 } }, { type: db, before: { backup_retention_period: 1 }, after: { backup_retention_period: 14 } }],
  ['protection_off', 'logs kept for a week instead of for ever', { type: 'aws_cloudwatch_log_group', before: { retention_in_days: 0 }, after: { retention_in_days: 7 } }, { type: 'aws_cloudwatch_log_group', before: { retention_in_days: 7 }, after: { retention_in_days: 0 } }],
  ['protection_off', 'encryption key taken out', { type: 'aws_s3_object', before: { kms_key_id: 'arn:k' }, after: { kms_key_id: null } }, { type: 'aws_s3_object', before: { kms_key_id: null }, after: { kms_key_id: 'arn:k' } }],
  ['protection_off', 'a public access block destroyed', { type: 'aws_s3_bucket_public_access_block', before: { bucket: 'b' } }, { type: 'aws_s3_bucket_cors_configuration', before: { bucket: 'b' } }],
  ['protection_hidden', 'a flag that is sensitive', { type: db, before: { deletion_protection: true }, after: { deletion_protection: true }, afterSensitive: { deletion_protection: true } }, { type: db, before: { deletion_protection: true }, after: { deletion_protection: true, name: 'x' }, afterSensitive: { name: true } }],
  ['protection_absent', 'a new volume without encryption', { type: 'aws_ebs_volume', after: { encrypted: false } }, { type: 'aws_ebs_volume', after: { encrypted: true } }],

  ['provisioner_runs', 'at creation', { after: { a: 1 }, plan: runner('./x.sh') }, { before: { a: 1 }, after: { a: 2 }, plan: runner('./x.sh') }],
  ['provisioner_runs', 'of one of many', { index: 'k', address: 'terraform_data.example["k[0]"]', after: { a: 1 }, plan: runner('./x.sh') }, { name: 'other', after: { a: 1 }, plan: runner('./x.sh') }],
  ['provisioner_present', 'not this time', { before: { a: 1 }, after: { a: 2 }, plan: runner('./x.sh') }, { before: { a: 1 }, after: { a: 2 } }],
  ['external_program', 'a data source', { after: { a: 1 }, plan: { configuration: { root_module: { resources: [{ address: 'data.external.x', mode: 'data', type: 'external', expressions: { program: { constant_value: ['sh'] } } }] } } } }, { after: { a: 1 }, plan: { configuration: { root_module: { resources: [{ address: 'data.http.x', mode: 'data', type: 'http', expressions: {} }] } } } }],
  ['provider_unknown', 'another namespace', { after: { a: 1 }, more: { provider_name: 'registry.terraform.io/evil/aws' } }, { after: { a: 1 }, more: { provider_name: 'registry.terraform.io/hashicorp/aws' } }],
  ['provider_unknown', 'another host', { after: { a: 1 }, more: { provider_name: 'example.com/hashicorp/aws' } }, { after: { a: 1 }, more: { provider_name: 'registry.opentofu.org/hashicorp/aws' } }],
  ['action_runs', 'an action', { after: { a: 1 }, plan: { action_invocations: [{ address: 'action.aws_lambda_invoke.x', type: 'aws_lambda_invoke', provider_name: 'registry.terraform.io/hashicorp/aws' }] } }, { after: { a: 1 }, plan: { action_invocations: [] } }],
  ['module_unpinned', 'a branch', { after: { a: 1 }, plan: { configuration: { root_module: { module_calls: { m: { source: 'git::https://h/r?ref=main' } } } } } }, { after: { a: 1 }, plan: { configuration: { root_module: { module_calls: { m: { source: 'git::https://h/r?ref=v1.2.3' }, l: { source: './local' } } } } } }],
  ['plan_incomplete', 'deferred', { after: { a: 1 }, plan: { complete: false } }, { after: { a: 1 }, plan: { complete: true } }],
  ['drift', 'changed elsewhere', { after: { a: 1 }, plan: { resource_drift: [change({ before: { a: 1 }, after: { a: 2 } })] } }, { after: { a: 1 }, plan: { resource_drift: [] } }],
  ['check_failed', 'a check', { after: { a: 1 }, plan: { checks: [{ address: { kind: 'check', to_display: 'check.x' }, status: 'fail' }] } }, { after: { a: 1 }, plan: { checks: [{ address: { kind: 'check', to_display: 'check.x' }, status: 'pass' }] } }],
  ['name_deceives', 'a name that turns round', { address: 'terraform_data.it["a\u202eb"]', after: { a: 1 } }, { address: 'terraform_data.it["ab"]', after: { a: 1 } }],
  ['plan_unmarked', 'no maps', { after: { a: 1 }, change: { unmarked: true } }, { after: { a: 1 } }],
])('%s: %s', (code, _name, bad, twin) => {
  expect(codes(bad)).toContain(code)
  expect(codes(twin)).not.toContain(code)
})

test('many changes raise, very many raise further', () => {
  const level = (count: number): string => {
    const { plan, changes } = onServer(Array.from({ length: count }, (_, i) => change({ address: `terraform_data.x[${i}]`, index: i, after: { a: i } })))
    return assessRisk(changes, plan).level
  }
  expect([level(49), level(50), level(499), level(500)]).toEqual(['low', 'medium', 'medium', 'high'])
})

test('nothing to change is no risk, and an output alone is low', () => {
  const nothing = onServer([change({ actions: ['no-op'], before: { a: 1 }, after: { a: 1 } })])
  expect(assessRisk(nothing.changes, nothing.plan)).toEqual({ level: 'none', reasons: [], reasonsOmitted: 0 })
  const output = onServer([], { output_changes: { o: { actions: ['update'], before: 1, after: 2, after_unknown: false, before_sensitive: false, after_sensitive: false } } })
  expect(assessRisk(output.changes, output.plan).level).toBe('low')
})

test('at most 100 reasons stand in a statement, the most serious first, and the others are counted', () => {
  const { plan, changes } = onServer([
    ...Array.from({ length: 150 }, (_, i) => change({ type: 'aws_lb', address: `aws_lb.x[${i}]`, before: { a: i } })),
    change({ type: db, before: { id: 'x' } }),
  ])
  const risk = assessRisk(changes, plan)
  expect(risk.level).toBe('critical')
  expect(risk.reasons).toHaveLength(100)
  expect(risk.reasons[0]?.code).toBe('destroy_stateful')
  expect(risk.reasonsOmitted).toBe(52)
})
