/** States of any size, made from a seed, as large ones look: many resources of a few types, long policies, tags, ids, many nulls. */

/** mulberry32: the same seed, the same state. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

type Random = () => number
const hex = (random: Random, length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('')
const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-')
const word = (random: Random): string => ['billing', 'web', 'ledger', 'search', 'orders', 'mail', 'reports', 'edge', 'queue', 'batch'][Math.floor(random() * 10)] ?? ''

function policy(account: string, name: string): string {
  const statement = ['GetObject', 'PutObject', 'ListBucket', 'DeleteObject'].map((action) => ({ Effect: 'Allow', Action: [`s3:${action}`], Resource: `arn:aws:s3:::${name}/*`, Principal: { AWS: `arn:aws:iam::${account}:role/${name}` } }))
  return JSON.stringify({ Version: '2012-10-17', Statement: statement })
}

function bucket(random: Random, at: number): object {
  const [account, name] = [`${100000000000 + Math.floor(random() * 899999999999)}`, `${word(random)}-${word(random)}-${at}`]
  return {
    acceleration_status: '', acl: null, arn: `arn:aws:s3:::${name}`, bucket: name, bucket_domain_name: `${name}.s3.amazonaws.com`, bucket_prefix: '', cors_rule: [], force_destroy: false,
    grant: [{ id: hex(random, 64), permissions: ['FULL_CONTROL'], type: 'CanonicalUser', uri: '' }], hosted_zone_id: 'Z3AQBSTGFYJSTF', id: name, lifecycle_rule: [], logging: [],
    object_lock_configuration: [], policy: policy(account, name), region: 'eu-central-1', replication_configuration: [], request_payer: 'BucketOwner',
    server_side_encryption_configuration: [{ rule: [{ apply_server_side_encryption_by_default: [{ kms_master_key_id: `arn:aws:kms:eu-central-1:${account}:key/${uuid(random)}`, sse_algorithm: 'aws:kms' }], bucket_key_enabled: true }] }],
    tags: { Owner: word(random), Service: name, Cost: `${at}` }, tags_all: { Owner: word(random), Service: name, Cost: `${at}` }, timeouts: null, versioning: [{ enabled: true, mfa_delete: false }], website: [],
  }
}

function network(random: Random, at: number): object {
  const id = `subnet-${hex(random, 17)}`
  return {
    arn: `arn:aws:ec2:eu-central-1:123456789012:subnet/${id}`, assign_ipv6_address_on_creation: false, availability_zone: 'eu-central-1a', cidr_block: `10.${at % 256}.0.0/16`, customer_owned_ipv4_pool: '',
    enable_dns64: false, id, ipv6_cidr_block: '', ipv6_cidr_block_association_id: '', map_customer_owned_ip_on_launch: false, outpost_arn: '', owner_id: '123456789012',
    private_dns_hostname_type_on_launch: 'ip-name', tags: { Name: `${word(random)} – größer` }, timeouts: null, vpc_id: `vpc-${hex(random, 17)}`,
  }
}

export type Generated = { bytes: Buffer; instances: number }

/** A state of about so many bytes, indented as Terraform writes it. `secretEvery`: one instance in so many is a password. */
export function generateState(size: number, options: { seed?: number; secretEvery?: number; instancesEach?: number } = {}): Generated {
  const { seed = 1, secretEvery = 200, instancesEach = 20 } = options
  const random = seeded(seed)
  const parts: string[] = []
  let [length, count, resource] = [0, 0, 0]
  while (length < size) {
    const instances = Array.from({ length: instancesEach }, () => {
      count++
      if (count % secretEvery === 0) return { index_key: `k${count}`, schema_version: 3, attributes: { bcrypt_hash: null, id: 'none', length: 24, result: `pw-${hex(random, 20)}` }, sensitive_attributes: [] }
      const attributes = resource % 2 === 0 ? bucket(random, count) : network(random, count)
      return { index_key: `k${count}`, schema_version: 0, attributes, sensitive_attributes: [], private: 'bnVsbA==', dependencies: ['module.base.aws_vpc.main'] }
    })
    const type = resource % 2 === 0 ? 'aws_s3_bucket' : 'aws_subnet'
    const text = JSON.stringify({ module: `module.part${resource % 7}`, mode: 'managed', type, name: `r${resource}`, provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances }, null, 2)
    parts.push(text)
    length += Buffer.byteLength(text) + 2
    resource++
  }
  const head = '{\n"version": 4,\n"terraform_version": "1.11.4",\n"serial": 7,\n"lineage": "5a7fd9c5-3e0c-7d1a-9f2b-0c8a1b2c3d4e",\n"outputs": {},\n"resources": ['
  return { bytes: Buffer.from(`${head}${parts.join(',\n')}],\n"check_results": null\n}\n`), instances: count }
}
