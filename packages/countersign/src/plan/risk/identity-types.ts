/** Types that decide who may do what. */
const identity =
  /^aws_(?:iam_|ssoadmin_|organizations_policy|identitystore_|cognito_identity|lambda_permission|kms_grant|kms_key_policy|ram_|verifiedpermissions_)|^aws_[a-z0-9_]*_(?:policy|permission|permissions)$|^google_.*(?:_iam_(?:policy|binding|member|audit_config|custom_role)|service_account(?:_key)?)$|^google_(?:organization|project)_iam|^azurerm_(?:role_|user_assigned_identity|federated_identity|key_vault_access_policy|pim_)|^azuread_|^kubernetes_(?:cluster_)?role(?:_binding)?(?:_v[0-9])?$|^kubernetes_service_account|^(?:vault|okta|auth0|keycloak)_|^github_(?:.*collaborator|membership|team_|.*deploy_key|actions_.*secret)|^(?:postgresql|mysql|snowflake|mongodbatlas)_.*(?:role|grant|user)/

const verdicts = new Map<string, boolean>()

export function isIdentityType(type: string): boolean {
  const known = verdicts.get(type)
  if (known !== undefined) return known
  const verdict = identity.test(type.slice(0, 200))
  if (verdicts.size < 5000) verdicts.set(type, verdict)
  return verdict
}
