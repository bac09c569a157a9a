/** Documents as `terraform show -json` prints plans: about 4 KB a resource, the same for the same count. */

/** A small generator of numbers, the same everywhere. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const filler = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length)

function tags(i: number, pick: (below: number) => number): { [key: string]: Json } {
  const all: { [key: string]: Json } = { Name: `resource-${i}`, environment: ['dev', 'staging', 'prod'][i % 3] ?? 'dev', cost_center: `cc-${pick(400)}` }
  if (pick(10) > 0) all['owner'] = `team-${pick(40)}`
  return all
}

function policy(i: number, pick: (below: number) => number): string {
  const statements = Array.from({ length: 3 }, (_, n) => ({
    Sid: `S${n}`, Effect: 'Allow', Action: pick(12) === 0 ? '*' : [`s3:Get${n}`, `s3:List${i % 7}`], Resource: [`arn:aws:s3:::bucket-${i}`, `arn:aws:s3:::bucket-${i}/*`],
    Condition: { StringEquals: { 'aws:PrincipalOrgID': `o-${1000 + (i % 90)}` } },
  }))
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

const kinds = ['aws_s3_bucket', 'aws_security_group', 'aws_iam_policy', 'aws_instance', 'aws_db_instance', 'aws_lambda_function', 'aws_ebs_volume', 'aws_kms_key'] as const

function attributes(i: number, kind: (typeof kinds)[number], pick: (below: number) => number): { [key: string]: Json } {
  const common: { [key: string]: Json } = { id: null, arn: null, tags: tags(i, pick), tags_all: tags(i, pick), description: filler(`managed resource ${i}. `, 380), timeouts: null }
  switch (kind) {
    case 'aws_s3_bucket':
      return { ...common, bucket: `bucket-${i}`, acl: pick(9) === 0 ? 'public-read' : 'private', force_destroy: false, server_side_encryption_configuration: pick(4) === 0 ? null : [{ rule: [{ apply_server_side_encryption_by_default: [{ sse_algorithm: 'aws:kms', kms_master_key_id: `key-${i}` }] }] }], versioning: [{ enabled: pick(3) > 0, mfa_delete: false }], lifecycle_rule: [] }
    case 'aws_security_group':
      return { ...common, name: `group-${i}`, vpc_id: `vpc-${pick(20)}`, ingress: Array.from({ length: 4 }, (_, n) => ({ from_port: n === 0 ? 22 : 443 + n, to_port: n === 0 ? 22 : 443 + n, protocol: 'tcp', cidr_blocks: [pick(15) === 0 ? '0.0.0.0/0' : `10.${pick(250)}.0.0/16`], description: `rule ${n}`, ipv6_cidr_blocks: [], self: false })), egress: [{ from_port: 0, to_port: 0, protocol: '-1', cidr_blocks: ['0.0.0.0/0'] }] }
    case 'aws_iam_policy':
      return { ...common, name: `policy-${i}`, path: '/', policy: policy(i, pick) }
    case 'aws_instance':
      return { ...common, ami: `ami-${pick(100_000)}`, instance_type: ['t3.micro', 'm5.large', 'x1.32xlarge'][pick(3)] ?? 't3.micro', associate_public_ip_address: pick(8) === 0, root_block_device: [{ encrypted: pick(5) > 0, volume_size: 20 + pick(400), volume_type: 'gp3' }], user_data: filler('echo configured; ', 120) }
    case 'aws_db_instance':
      return { ...common, identifier: `db-${i}`, engine: 'postgres', storage_encrypted: pick(5) > 0, publicly_accessible: pick(11) === 0, backup_retention_period: pick(14), allocated_storage: 100 + pick(900) }
    default:
      return { ...common, name: `${kind}-${i}`, encrypted: pick(6) > 0, enable_key_rotation: pick(2) === 0, size: pick(900), environment: [{ variables: { STAGE: 'prod', REGION: 'eu-west-1' } }] }
  }
}

/** A plan of `count` resources, as a value that JSON.stringify takes. */
export function planDocument(count: number): { [key: string]: Json } {
  const pick = numbers(count)
  const planned: Json[] = []
  const changes: Json[] = []
  const configured: Json[] = []
  for (let i = 0; i < count; i++) {
    const type = kinds[i % kinds.length] ?? 'aws_s3_bucket'
    const name = `resource_${i}`
    const address = `module.app_${i % 12}.${type}.${name}`
    const after = attributes(i, type, pick)
    const actions = [['create'], ['update'], ['no-op'], ['delete', 'create']][pick(4)] ?? ['no-op']
    const where = { address, mode: 'managed', type, name, provider_name: 'registry.terraform.io/hashicorp/aws' }
    planned.push({ ...where, schema_version: 1, values: after, sensitive_values: { tags: {}, tags_all: {} } })
    const before = actions[0] === 'create' ? null : { ...after, description: filler(`before ${i}. `, 200) }
    changes.push({ ...where, module_address: `module.app_${i % 12}`, change: { actions, before, after, after_unknown: { id: true, arn: true, tags_all: {} }, before_sensitive: false, after_sensitive: { tags: {}, tags_all: {} } } })
    configured.push({ ...where, expressions: { description: { references: ['var.description', `local.names_${i}`] }, tags: { references: ['local.tags', 'var.environment'] } }, schema_version: 1, notes: filler(`configuration of ${i}. `, 300) })
  }
  return {
    format_version: '1.2', terraform_version: '1.11.4', variables: { environment: { value: 'prod' }, region: { value: 'eu-west-1' } },
    planned_values: { root_module: { resources: planned } }, resource_changes: changes, configuration: { provider_config: { aws: { name: 'aws' } }, root_module: { resources: configured } }, timestamp: '2025-01-01T00:00:00Z', errored: false,
  }
}
