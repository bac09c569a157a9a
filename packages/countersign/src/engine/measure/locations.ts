/**
 * Which attributes of a backend say *where* the state is. Only these go into the fingerprint: credentials stand beside them in clear
 * (`-backend-config=password=` ends up in the plan file), they change without the place changing, and a digest over a weak password
 * could be guessed. An attribute that is not configured may come from the environment; then that is where the state is.
 */
export type Location = { readonly attribute: string; readonly environment?: readonly string[] }

const at = (attribute: string, ...environment: string[]): Location => ({ attribute, environment })

export const locations: Readonly<Record<string, readonly Location[]>> = {
  azurerm: [
    at('storage_account_name'), at('container_name'), at('key'), at('resource_group_name'), at('snapshot'),
    at('subscription_id', 'ARM_SUBSCRIPTION_ID'), at('environment', 'ARM_ENVIRONMENT'), at('endpoint', 'ARM_ENDPOINT'), at('metadata_host', 'ARM_METADATA_HOSTNAME'),
  ],
  cloud: [at('hostname', 'TF_CLOUD_HOSTNAME'), at('organization', 'TF_CLOUD_ORGANIZATION'), at('workspaces')],
  consul: [at('address', 'CONSUL_HTTP_ADDR'), at('path'), at('scheme', 'CONSUL_HTTP_SSL'), at('datacenter')],
  cos: [at('region', 'TENCENTCLOUD_REGION'), at('bucket'), at('prefix'), at('key'), at('endpoint', 'TENCENTCLOUD_ENDPOINT'), at('domain', 'TENCENTCLOUD_DOMAIN')],
  gcs: [at('bucket'), at('prefix'), at('storage_custom_endpoint', 'GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT', 'GOOGLE_STORAGE_CUSTOM_ENDPOINT')],
  http: [at('address', 'TF_HTTP_ADDRESS')],
  inmem: [],
  kubernetes: [
    at('secret_suffix'), at('namespace', 'KUBE_NAMESPACE'), at('host', 'KUBE_HOST'), at('in_cluster_config', 'KUBE_IN_CLUSTER_CONFIG'),
    at('config_path', 'KUBE_CONFIG_PATH'), at('config_paths', 'KUBE_CONFIG_PATHS'), at('config_context', 'KUBE_CTX'), at('config_context_cluster', 'KUBE_CTX_CLUSTER'),
  ],
  oci: [at('bucket'), at('namespace'), at('key'), at('region'), at('workspace_key_prefix')],
  oss: [at('bucket'), at('prefix'), at('key'), at('region', 'ALICLOUD_REGION', 'ALICLOUD_DEFAULT_REGION'), at('endpoint', 'ALICLOUD_OSS_ENDPOINT', 'OSS_ENDPOINT')],
  pg: [at('conn_str', 'PG_CONN_STR'), at('schema_name', 'PG_SCHEMA_NAME')],
  remote: [at('hostname'), at('organization'), at('workspaces')],
  s3: [
    at('bucket'), at('key'), at('workspace_key_prefix'), at('region', 'AWS_REGION', 'AWS_DEFAULT_REGION'),
    at('endpoint', 'AWS_ENDPOINT_URL_S3', 'AWS_S3_ENDPOINT', 'AWS_ENDPOINT_URL'), at('endpoints'),
  ],
}
