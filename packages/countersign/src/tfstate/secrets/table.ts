/**
 * Attributes that are known to hold secrets, by type of resource: `TYPE PATH | kind | instead`. In a path, `*` is any key or index; what
 * stands below its end is part of the secret. `instead` is the write-only argument (Terraform 1.11 and later), or what stands beside it
 * in `instead` below. A type with `data.` is a data source. Names of write-only arguments are those of the providers' documentation; an
 * attribute without one had none there. The rows of AWS were checked against the schema of its provider 5.100.
 */
export const secretAttributes = `
aws_iam_access_key secret | access key | role
aws_iam_access_key encrypted_secret | access key | role
aws_iam_access_key ses_smtp_password_v4 | mail password | role
aws_iam_user_login_profile password | console password | role
aws_db_instance password | database password | wo password_wo
aws_rds_cluster master_password | database password | wo master_password_wo
aws_docdb_cluster master_password | database password | wo master_password_wo
aws_redshift_cluster master_password | database password | wo master_password_wo
aws_redshiftserverless_namespace admin_user_password | database password | wo admin_user_password_wo
aws_secretsmanager_secret_version secret_string | stored secret | wo secret_string_wo
aws_secretsmanager_secret_version secret_binary | stored secret | wo secret_string_wo
aws_ssm_parameter value | parameter | wo value_wo
aws_elasticache_replication_group auth_token | database password | store
aws_elasticache_user passwords | database password | store
aws_memorydb_user authentication_mode.*.passwords | database password | store
aws_mq_broker user.*.password | broker password | store
aws_dms_endpoint password | database password | store
aws_directory_service_directory password | directory password | store
aws_opensearch_domain advanced_security_options.*.master_user_options.*.master_user_password | database password | store
aws_elasticsearch_domain advanced_security_options.*.master_user_options.*.master_user_password | database password | store
aws_lightsail_key_pair private_key | private key | ephemeral tls_private_key
aws_lightsail_database master_password | database password | store
aws_acm_certificate private_key | private key | store
aws_iam_server_certificate private_key | private key | store
aws_cognito_user_pool_client client_secret | client secret | store
aws_cognito_identity_provider provider_details.client_secret | client secret | store
aws_api_gateway_api_key value | API key | store
aws_appsync_api_key key | API key | store
aws_iam_service_specific_credential service_password | service password | role
aws_cloudwatch_event_connection auth_parameters.*.api_key.*.value | API key | store
aws_cloudwatch_event_connection auth_parameters.*.basic.*.password | password | store
aws_kms_ciphertext plaintext | text to be encrypted | store
aws_kms_external_key key_material_base64 | key material | store
aws_kms_replica_external_key key_material_base64 | key material | store
aws_iot_certificate private_key | private key | store
aws_grafana_workspace_api_key key | API key | store
aws_grafana_workspace_service_account_token key | access token | store
aws_wafv2_api_key api_key | API key | store
aws_transfer_server host_key | private key | store
aws_timestreaminfluxdb_db_instance password | database password | store
aws_docdbelastic_cluster admin_user_password | database password | store
aws_codebuild_source_credential token | access token | store
aws_quicksight_data_source credentials.*.credential_pair.*.password | database password | store
aws_elasticache_user authentication_mode.*.passwords | database password | store
data.aws_redshift_cluster_credentials db_password | database password | store
data.aws_ssm_parameters_by_path values | parameters | ephemeral aws_ssm_parameter
data.aws_kms_ciphertext plaintext | text to be encrypted | store
aws_vpn_connection tunnel1_preshared_key | pre-shared key | store
aws_vpn_connection tunnel2_preshared_key | pre-shared key | store
aws_vpn_connection customer_gateway_configuration | VPN configuration with pre-shared keys | store
data.aws_eks_cluster_auth token | cluster token | ephemeral aws_eks_cluster_auth
data.aws_secretsmanager_secret_version secret_string | stored secret | ephemeral aws_secretsmanager_secret_version
data.aws_secretsmanager_secret_version secret_binary | stored secret | ephemeral aws_secretsmanager_secret_version
data.aws_secretsmanager_random_password random_password | password | ephemeral aws_secretsmanager_random_password
data.aws_ssm_parameter value | parameter | ephemeral aws_ssm_parameter
data.aws_kms_secrets plaintext | decrypted secret | ephemeral aws_kms_secrets
data.aws_ecr_authorization_token authorization_token | registry token | ephemeral aws_ecr_authorization_token
data.aws_ecr_authorization_token password | registry token | ephemeral aws_ecr_authorization_token
azurerm_key_vault_secret value | stored secret | wo value_wo
azurerm_mssql_server administrator_login_password | database password | wo administrator_login_password_wo
azurerm_postgresql_flexible_server administrator_password | database password | wo administrator_password_wo
azurerm_mysql_flexible_server administrator_password | database password | wo administrator_password_wo
azurerm_postgresql_server administrator_login_password | database password | wo administrator_login_password_wo
azurerm_mysql_server administrator_login_password | database password | store
azurerm_mssql_managed_instance administrator_login_password | database password | store
azurerm_linux_virtual_machine admin_password | machine password | store
azurerm_windows_virtual_machine admin_password | machine password | store
azurerm_virtual_machine os_profile.*.admin_password | machine password | store
azurerm_linux_virtual_machine_scale_set admin_password | machine password | store
azurerm_windows_virtual_machine_scale_set admin_password | machine password | store
azurerm_storage_account primary_access_key | storage key | identity
azurerm_storage_account secondary_access_key | storage key | identity
azurerm_storage_account primary_connection_string | storage key | identity
azurerm_storage_account secondary_connection_string | storage key | identity
azurerm_storage_account primary_blob_connection_string | storage key | identity
azurerm_storage_account secondary_blob_connection_string | storage key | identity
azurerm_kubernetes_cluster kube_config.*.client_key | cluster key | identity
azurerm_kubernetes_cluster kube_config.*.password | cluster password | identity
azurerm_kubernetes_cluster kube_config_raw | cluster credentials | identity
azurerm_kubernetes_cluster kube_admin_config_raw | cluster credentials | identity
azurerm_kubernetes_cluster kube_admin_config.*.client_key | cluster key | identity
azurerm_container_registry admin_password | registry password | identity
azurerm_cosmosdb_account primary_key | database key | identity
azurerm_cosmosdb_account secondary_key | database key | identity
azurerm_cosmosdb_account primary_readonly_key | database key | identity
azurerm_cosmosdb_account secondary_readonly_key | database key | identity
azurerm_redis_cache primary_access_key | database key | identity
azurerm_redis_cache secondary_access_key | database key | identity
azurerm_servicebus_namespace default_primary_key | queue key | identity
azurerm_eventhub_authorization_rule primary_key | queue key | identity
azurerm_function_app site_credential.*.password | deployment password | identity
azurerm_linux_web_app site_credential.*.password | deployment password | identity
azurerm_application_insights connection_string | telemetry key | store
azurerm_application_insights instrumentation_key | telemetry key | store
azurerm_log_analytics_workspace primary_shared_key | telemetry key | store
azurerm_log_analytics_workspace secondary_shared_key | telemetry key | store
azurerm_search_service primary_key | search key | identity
azurerm_search_service secondary_key | search key | identity
azurerm_cognitive_account primary_access_key | API key | identity
azurerm_cognitive_account secondary_access_key | API key | identity
data.azurerm_key_vault_secret value | stored secret | ephemeral azurerm_key_vault_secret
azuread_application_password value | client secret | federation
azuread_service_principal_password value | client secret | federation
google_service_account_key private_key | service account key | federation
google_sql_user password | database password | wo password_wo
google_sql_database_instance root_password | database password | wo root_password_wo
google_secret_manager_secret_version secret_data | stored secret | wo secret_data_wo
google_compute_ssl_certificate private_key | private key | wo private_key_wo
google_compute_region_ssl_certificate private_key | private key | wo private_key_wo
google_compute_vpn_tunnel shared_secret | pre-shared key | wo shared_secret_wo
google_container_cluster master_auth.*.client_key | cluster key | identity
google_container_cluster master_auth.*.password | cluster password | identity
google_storage_hmac_key secret | storage key | federation
google_redis_instance auth_string | database password | identity
google_apikeys_key key_string | API key | store
data.google_secret_manager_secret_version secret_data | stored secret | ephemeral google_secret_manager_secret_version
data.google_service_account_access_token access_token | access token | ephemeral google_service_account_access_token
kubernetes_secret data | stored secret | store
kubernetes_secret binary_data | stored secret | store
kubernetes_secret_v1 data | stored secret | wo data_wo
kubernetes_secret_v1 binary_data | stored secret | wo binary_data_wo
data.kubernetes_secret data | stored secret | store
data.kubernetes_secret_v1 data | stored secret | store
kubernetes_token_request_v1 token | cluster token | ephemeral kubernetes_token_request_v1
helm_release set_sensitive.*.value | chart value | store
github_actions_secret plaintext_value | pipeline secret | encrypted encrypted_value
github_actions_organization_secret plaintext_value | pipeline secret | encrypted encrypted_value
github_actions_environment_secret plaintext_value | pipeline secret | encrypted encrypted_value
github_dependabot_secret plaintext_value | pipeline secret | encrypted encrypted_value
github_repository_webhook configuration.*.secret | webhook secret | store
github_repository_deploy_key key | deploy key | store
gitlab_project_variable value | pipeline secret | store
gitlab_group_variable value | pipeline secret | store
gitlab_project_access_token token | access token | store
gitlab_personal_access_token token | access token | store
gitlab_deploy_token token | access token | store
gitlab_runner authentication_token | runner token | store
gitlab_user_runner token | runner token | store
vault_kv_secret data_json | stored secret | store
vault_kv_secret data | stored secret | store
vault_kv_secret_v2 data_json | stored secret | wo data_json_wo
vault_kv_secret_v2 data | stored secret | wo data_json_wo
vault_generic_secret data_json | stored secret | store
vault_generic_secret data | stored secret | store
vault_token client_token | access token | store
vault_approle_auth_backend_role_secret_id secret_id | access token | ephemeral vault_approle_auth_backend_role_secret_id
data.vault_kv_secret_v2 data | stored secret | ephemeral vault_kv_secret_v2
data.vault_kv_secret_v2 data_json | stored secret | ephemeral vault_kv_secret_v2
data.vault_generic_secret data | stored secret | store
data.vault_aws_access_credentials secret_key | access key | store
random_password result | password | ephemeral random_password
random_password bcrypt_hash | password hash | ephemeral random_password
random_string result | random text, often used as a password | ephemeral random_password
tls_private_key private_key_pem | private key | ephemeral tls_private_key
tls_private_key private_key_pem_pkcs8 | private key | ephemeral tls_private_key
tls_private_key private_key_openssh | private key | ephemeral tls_private_key
tls_self_signed_cert private_key_pem | private key | store
tls_locally_signed_cert ca_private_key_pem | private key | store
tls_cert_request private_key_pem | private key | store
acme_registration account_key_pem | private key | store
acme_certificate private_key_pem | private key | store
acme_certificate certificate_p12 | private key | store
acme_certificate certificate_p12_password | password | store
local_sensitive_file content | file content | store
local_sensitive_file content_base64 | file content | store
postgresql_role password | database password | store
mysql_user plaintext_password | database password | store
mongodbatlas_database_user password | database password | store
digitalocean_database_cluster password | database password | store
digitalocean_database_cluster uri | connection string | store
digitalocean_database_user password | database password | store
digitalocean_spaces_key secret_key | access key | store
digitalocean_kubernetes_cluster kube_config.*.token | cluster token | store
cloudflare_api_token value | API token | store
cloudflare_tunnel secret | tunnel secret | store
cloudflare_zero_trust_tunnel_cloudflared tunnel_secret | tunnel secret | store
cloudflare_zero_trust_tunnel_cloudflared secret | tunnel secret | store
datadog_api_key key | API key | store
datadog_application_key key | API key | store
newrelic_api_access_key key | API key | store
tfe_token token | access token | store
tfe_team_token token | access token | store
tfe_organization_token token | access token | store
tfe_variable value | variable | store
hcp_vault_secrets_secret secret_value | stored secret | store
consul_acl_token_secret_id secret_id | access token | store
nomad_acl_token secret_id | access token | store
rancher2_token token | access token | store
okta_app_oauth client_secret | client secret | store
auth0_client client_secret | client secret | store
keycloak_openid_client client_secret | client secret | wo client_secret_wo
snowflake_user password | database password | store
databricks_token token_value | access token | store
scaleway_iam_api_key secret_key | access key | store
hcloud_server root_password | machine password | store
linode_instance root_pass | machine password | store
openstack_compute_instance_v2 admin_pass | machine password | store
openstack_identity_application_credential_v3 secret | credentials | store
`

/** What to use instead, as sentences. `%` is the name beside it. */
export const instead: { readonly [way: string]: string } = {
  wo: 'Pass it through the write-only argument % from an ephemeral value (Terraform 1.11 or later): it is never stored.',
  ephemeral: 'Use the ephemeral resource % (Terraform 1.10 or later), and pass it on through write-only arguments: it is never stored.',
  store: 'Keep it in a secrets manager, and pass it as an ephemeral value or through a write-only argument where the provider has one.',
  identity: 'Sign in with an identity of the cloud instead of this key, and switch key-based access off where that is possible.',
  role: 'Use a role with short-lived credentials instead of this long-lived one.',
  federation: 'Use workload identity federation instead of a long-lived key.',
  encrypted: 'Encrypt it before, and pass it through %; or let the pipeline read it from a secrets manager.',
}

/** For what no row of the table names. */
export const generalAdvice = 'Keep it in a secrets manager, and pass it as an ephemeral value or through a write-only argument, which Terraform does not store.'
export const outputAdvice = 'Do not make it an output of the root module: outputs are stored. Let whoever needs it read it from a secrets manager.'
