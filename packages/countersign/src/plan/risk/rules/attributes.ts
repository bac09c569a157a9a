/**
 * The tables of attributes that expose or protect, by name, whatever the provider: providers name the same thing alike, and a table by
 * type would be blind to the next one. A rule says what is bad afterwards; it is reported only when it was not so before.
 */
import type { Json, JsonObject } from '../../shape.ts'
import type { RiskCode } from '../codes.ts'

export type AttributeRule = {
  /** Is this value bad? `parent` is the object it stands in. */
  readonly bad: (after: Json, parent: JsonObject, before: Json | undefined) => boolean
  readonly code: RiskCode
  /** The code when the object is new. `none`: only a change for the worse counts, because most new objects begin so. */
  readonly whenNew?: RiskCode | 'none'
  readonly says: string
  /** Only for types that match. */
  readonly only?: RegExp
  /** Is losing the value (to null or absence) bad as well? */
  readonly whenLost?: true
  /** The code when it is hidden. */
  readonly hidden: RiskCode
}

const is = (...bad: readonly Json[]): AttributeRule['bad'] => (value) => bad.includes(typeof value === 'string' ? value.toLowerCase() : value)
const off = is(false, 'false', 'disabled', 'suspended', 'off', 'none')
const on = is(true, 'true', 'enabled')
const numeric = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : undefined)
const smaller: AttributeRule['bad'] = (value, _parent, before) => {
  const [now, then] = [numeric(value), numeric(before)]
  return now !== undefined && (now === 0 || (then !== undefined && now < then))
}

const exposure = (code: 'public_data' | 'exposed_public', bad: AttributeRule['bad'], says: string, only?: RegExp): AttributeRule =>
  only === undefined ? { bad, code, says, hidden: 'exposure_hidden' } : { bad, code, says, only, hidden: 'exposure_hidden' }
const protection = (bad: AttributeRule['bad'], says: string, options: { whenNew?: RiskCode | 'none'; whenLost?: true; only?: RegExp } = {}): AttributeRule => ({
  bad,
  code: 'protection_off',
  whenNew: options.whenNew ?? 'protection_absent',
  says,
  hidden: 'protection_hidden',
  ...(options.whenLost === true ? { whenLost: true as const } : {}),
  ...(options.only === undefined ? {} : { only: options.only }),
})

const exposing: { readonly [names: string]: AttributeRule } = {
  'publicly_accessible': exposure('public_data', on, 'is reachable from the internet'),
  'acl predefined_acl access_control canned_acl': exposure('public_data', is('public-read', 'public-read-write', 'publicread', 'publicreadwrite', 'authenticated-read', 'authenticatedread'), 'has a public access list'),
  'allow_blob_public_access allow_nested_items_to_be_public': exposure('public_data', on, 'lets its contents be public'),
  'container_access_type': exposure('public_data', is('blob', 'container'), 'is public'),
  'public_network_access_enabled public_network_access is_public_network_access_enabled': exposure('exposed_public', on, 'is reachable from public networks'),
  'endpoint_public_access enable_public_endpoint public_endpoint_enabled': exposure('exposed_public', on, 'has a public endpoint'),
  'associate_public_ip_address assign_public_ip enable_public_ip map_public_ip_on_launch public_ip_enabled ipv4_enabled': exposure('exposed_public', on, 'gets a public address'),
  'scheme': exposure('exposed_public', is('internet-facing', 'external'), 'faces the internet'),
  'authorization authorization_type auth_type': exposure('exposed_public', is('none'), 'asks for no authorisation', /lambda_function_url|api_gateway|apigatewayv2|appsync/),
  'visibility': exposure('exposed_public', is('public'), 'is public', /repository|project/),
  'anonymous_pull_enabled anonymous_access allow_unauthenticated is_public public': exposure('exposed_public', on, 'lets anybody in'),
}

const protecting: { readonly [names: string]: AttributeRule } = {
  'deletion_protection deletion_protection_enabled enable_deletion_protection disable_api_termination disable_api_stop termination_protection prevent_destroy_if_not_empty':
    protection(off, 'can be deleted without a further step', { whenLost: true, whenNew: 'none' }),
  'skip_final_snapshot': protection(on, 'is deleted without a last snapshot'),
  'force_destroy force_delete delete_contents_on_destroy purge_soft_delete_on_destroy': protection(on, 'is deleted together with its contents'),
  'storage_encrypted encrypted encryption_enabled encrypt_at_rest at_rest_encryption_enabled transit_encryption_enabled node_to_node_encryption infrastructure_encryption_enabled disk_encryption_enabled enable_disk_encryption':
    protection(off, 'is not encrypted'),
  'kms_key_id kms_key_arn kms_master_key_id kms_key_name disk_encryption_set_id encryption_key': protection(() => false, 'loses its encryption key', { whenLost: true, whenNew: 'none' }),
  'server_side_encryption_configuration encryption_configuration server_side_encryption at_rest_encryption': protection((value) => Array.isArray(value) && value.length === 0, 'loses its encryption', { whenLost: true, whenNew: 'none' }),
  'versioning_enabled mfa_delete point_in_time_recovery_enabled': protection(off, 'no longer keeps earlier versions', { whenNew: 'none' }),
  'backup_retention_period backup_retention_days retention_period soft_delete_retention_days transaction_log_retention_days deletion_window_in_days recovery_window_in_days geo_redundant_backup_days':
    protection(smaller, 'keeps what is needed to recover for a shorter time', { whenNew: 'none' }),
  // Of logs, 0 days mean for ever.
  'retention_in_days': protection((value, parent, before) => numeric(value) !== 0 && (numeric(before) === 0 || smaller(value, parent, before)), 'keeps its logs for a shorter time', { whenNew: 'none' }),
  'enable_logging logging_enabled enable_log_file_validation is_multi_region_trail include_global_service_events enable_flow_logs enable_audit_logs audit_enabled access_logs_enabled':
    protection(off, 'is logged less', { whenNew: 'none' }),
  'logging access_logs logging_config logging_configuration log_config enabled_cloudwatch_logs_exports enabled_cluster_log_types': protection((value) => Array.isArray(value) && value.length === 0, 'is no longer logged', { whenLost: true, whenNew: 'none' }),
  'enable_key_rotation rotation_enabled automatic_rotation_enabled': protection(off, 'is not rotated'),
  'purge_protection_enabled soft_delete_enabled enable_soft_delete': protection(off, 'can be purged at once'),
  'block_public_acls block_public_policy ignore_public_acls restrict_public_buckets enforce_private_link public_access_prevention': protection(is(false, 'inherited', 'unspecified'), 'does not block public access'),
  'uniform_bucket_level_access enable_rbac rbac_enabled role_based_access_control_enabled enable_rbac_authorization iam_database_authentication_enabled enable_shielded_nodes':
    protection(off, 'is governed less strictly', { whenNew: 'none' }),
  'https_only enable_https_traffic_only https_traffic_only_enabled enforce_https require_ssl ssl_enforcement_enabled require_secure_transport enable_ssl': protection(off, 'accepts unencrypted traffic'),
  'http_tokens': protection(is('optional'), 'hands out instance credentials without a session'),
  'min_tls_version minimum_tls_version ssl_minimal_tls_version_enforced minimum_protocol_version': protection(is('tls1_0', 'tls1_1', '1.0', '1.1', 'tls10', 'tls11', 'tlsv1', 'sslv3', 'tlsenforcementdisabled'), 'accepts old TLS'),
  'is_enabled enabled status enable': protection(off, 'is switched off', { whenNew: 'protection_absent', only: /kms_key|guardduty|securityhub|config_configuration_recorder|cloudtrail|versioning|macie|inspector|security_center|detector|waf|backup|shield|diagnostic_setting|recorder/ }),
}

function byName(table: { readonly [names: string]: AttributeRule }): [string, AttributeRule][] {
  return Object.entries(table).flatMap(([names, rule]) => names.split(' ').map((name): [string, AttributeRule] => [name, rule]))
}

export const attributeRules: ReadonlyMap<string, AttributeRule> = new Map([...byName(exposing), ...byName(protecting)])

/** Types that protect by existing: their destruction switches something off. */
export const protectingTypes =
  /cloudtrail$|guardduty_detector|securityhub_account|config_configuration_recorder|config_rule|public_access_block|_versioning$|server_side_encryption_configuration|_logging$|flow_logs?$|diagnostic_setting|management_lock|_lock$|resource_policy_lock|web_acl|waf_policy|backup_plan|backup_selection|backup_policy|network_policy(?:_v[0-9])?$|security_center|log_profile|object_lock|iam_account_password_policy|organization_policy|org_policy|admission|vault_lock|firewall_policy|shield_protection|macie2?_account|access_analyzer|bucket_retention|budget/
