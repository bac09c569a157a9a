/**
 * Which resources hold what cannot be made again: data, keys, names. Three rules, in this order:
 *   1  the table of types below
 *   2  for other types of any provider: a word of the type, unless its last words say that it only configures such a thing
 *   3  for terraform_data and null_resource, which stand for anything: a word of their name
 * It errs towards "holds something": the cost of an error is a touch, the cost of the other one is the data.
 */
import { whyMasked } from '../redact/marks.ts'
import type { RedactedResource } from '../shape.ts'
import { wordsOf } from './words.ts'

const types: { readonly [provider: string]: string } = {
  aws: `db_instance rds_cluster rds_cluster_instance rds_global_cluster docdb_cluster neptune_cluster redshift_cluster redshiftserverless_namespace
    dynamodb_table dynamodb_global_table elasticache_cluster elasticache_replication_group elasticache_serverless_cache memorydb_cluster keyspaces_table timestreamwrite_table timestreamwrite_database
    opensearch_domain elasticsearch_domain opensearchserverless_collection msk_cluster mq_broker qldb_ledger
    s3_bucket s3_object s3_bucket_object s3_directory_bucket glacier_vault s3control_bucket ebs_volume ebs_snapshot efs_file_system fsx_lustre_file_system fsx_windows_file_system fsx_ontap_file_system fsx_openzfs_file_system
    backup_vault db_snapshot db_cluster_snapshot ami instance kms_key kms_external_key secretsmanager_secret secretsmanager_secret_version ssm_parameter acmpca_certificate_authority cloudhsm_v2_cluster
    route53_zone route53domains_registered_domain ecr_repository ecrpublic_repository codecommit_repository sqs_queue kinesis_stream cloudwatch_log_group cognito_user_pool eks_cluster emr_cluster workspaces_workspace lightsail_database lightsail_disk lightsail_bucket glue_catalog_database athena_database cloudtrail organizations_account directory_service_directory eip iam_user key_pair`,
  azurerm: `mssql_database mssql_server mssql_managed_instance sql_database mysql_server mysql_flexible_server postgresql_server postgresql_flexible_server mariadb_server cosmosdb_account cosmosdb_sql_database cosmosdb_sql_container redis_cache
    storage_account storage_container storage_blob storage_share storage_queue storage_table storage_data_lake_gen2_filesystem managed_disk snapshot netapp_volume recovery_services_vault data_protection_backup_vault
    key_vault key_vault_key key_vault_secret key_vault_certificate key_vault_managed_hardware_security_module dns_zone private_dns_zone container_registry kubernetes_cluster eventhub servicebus_queue servicebus_topic
    virtual_machine linux_virtual_machine windows_virtual_machine log_analytics_workspace resource_group synapse_workspace kusto_cluster kusto_database subscription public_ip`,
  google: `sql_database_instance sql_database spanner_instance spanner_database bigtable_instance bigtable_table bigquery_dataset bigquery_table firestore_database datastore_index redis_instance memcache_instance alloydb_cluster alloydb_instance
    storage_bucket storage_bucket_object compute_disk compute_region_disk compute_snapshot compute_instance filestore_instance backup_dr_backup_vault kms_key_ring kms_crypto_key kms_crypto_key_version secret_manager_secret secret_manager_secret_version
    dns_managed_zone artifact_registry_repository container_cluster pubsub_topic pubsub_subscription sourcerepo_repository project folder privateca_certificate_authority compute_address compute_global_address logging_project_bucket_config`,
  kubernetes: `persistent_volume persistent_volume_v1 persistent_volume_claim persistent_volume_claim_v1 stateful_set stateful_set_v1 secret secret_v1 namespace namespace_v1 storage_class`,
  other: `tls_private_key random_password helm_release github_repository cloudflare_zone cloudflare_r2_bucket digitalocean_database_cluster digitalocean_volume digitalocean_spaces_bucket digitalocean_domain vault_mount vault_kv_secret_v2
    mongodbatlas_cluster mongodbatlas_advanced_cluster snowflake_database snowflake_table postgresql_database mysql_database docker_volume linode_volume hcloud_volume oci_database_db_system oci_objectstorage_bucket oci_core_volume`,
}

const listed: ReadonlySet<string> = new Set(
  Object.entries(types).flatMap(([provider, names]) => names.split(/\s+/).map((name) => (provider === 'other' ? name : `${provider}_${name}`))),
)

const stateWords: ReadonlySet<string> = new Set(
  `database databases db sql mysql postgres postgresql mariadb mongo mongodb redis dynamodb cassandra cosmosdb aurora rds redshift bigquery elasticsearch opensearch kafka
  bucket buckets volume volumes disk disks filesystem efs ebs pvc persistent storage store snapshot snapshots backup backups archive vault kms hsm key keys keyring secret secrets password
  state tfstate data dataset table tables ledger warehouse lake queue stream zone registry repository certificate users accounts customers`.split(/\s+/),
)

/** Last words of types that only configure or join such things. */
const configures =
  /_(?:policy|policies|attachment|association|rule|rules|group|acl|configuration|config|notification|logging|versioning|block|permission|binding|member|role|alias|grant|metric|alarm|endpoint|subscription|schedule|setting|settings|user_data|template|lifecycle|cors|website|ownership_controls|access_point|proxy|target|option|options|parameters|document|version_retirement|record|event|quota|selection|plan|connection|link|mapping|rotation|throttle|accelerate|inventory|analytics)(?:_v[0-9]+)?$/

const generic: ReadonlySet<string> = new Set(['terraform_data', 'null_resource'])
const verdicts = new Map<string, boolean>()

function typeIsStateful(type: string): boolean {
  const known = verdicts.get(type)
  if (known !== undefined) return known
  const verdict = listed.has(type) || (!configures.test(type) && wordsOf(type).slice(1).some((word) => stateWords.has(word)))
  if (verdicts.size < 5000) verdicts.set(type, verdict)
  return verdict
}

export function isStateful(resource: Pick<RedactedResource, 'type' | 'name' | 'mode'>): boolean {
  if (resource.mode !== 'managed') return false
  // What is hidden counts as the worst that it could be.
  if (whyMasked(resource.type) !== undefined || (generic.has(resource.type) && whyMasked(resource.name) !== undefined)) return true
  if (generic.has(resource.type)) return wordsOf(resource.name).some((word) => stateWords.has(word))
  return typeIsStateful(resource.type)
}
