/** Grants that are no documents: role bindings, attachments, memberships, keys of service accounts, RBAC rules. */
import { whyMasked } from '../../redact/marks.ts'
import type { Change, Json, JsonObject } from '../../shape.ts'
import type { Collector } from '../collector.ts'
import { isIdentityType } from '../identity-types.ts'

const isPlain = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (value: Json, key: string): Json | undefined => (isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined)

/** Attributes that say what is granted, or to whom. */
const grantNames = ['role', 'roles', 'role_definition_name', 'role_definition_id', 'policy_arn', 'policy_arns', 'managed_policy_arns', 'member', 'members', 'principal', 'principal_id', 'principal_arn', 'role_ref', 'subject', 'permission', 'permissions', 'policies', 'token_policies', 'rule', 'groups', 'permissions_boundary', 'privileges'] as const
/** Of these, not known before the apply means that what is granted, rather than to whom, is unseen. */
const decisive: ReadonlySet<string> = new Set(['role', 'roles', 'role_definition_name', 'policy_arn', 'policy_arns', 'member', 'members', 'role_ref', 'permissions', 'policies', 'token_policies', 'privileges'])

const binds = /binding|member|attachment|role_assignment|access_policy|_permission|_grant|lambda_permission|membership|collaborator|group_policy|_role$|role_v1$|cluster_role|service_account_key|access_key|deploy_key|login_profile|account_assignment|_token$|custom_role/

const adminRole =
  /(?:^|[/:])(?:AdministratorAccess|PowerUserAccess|IAMFullAccess|Owner|Contributor|User Access Administrator|Role Based Access Control Administrator|Global Administrator|cluster-admin|superuser|accountadmin|sysadmin|securityadmin)$|^roles\/(?:owner|editor|iam\.securityAdmin|iam\.serviceAccountTokenCreator|iam\.serviceAccountKeyAdmin|resourcemanager\.(?:organizationAdmin|projectIamAdmin|folderAdmin))$|(?:8e3af657-a8ff-443c-a75c-2fe8c4bcb635|b24988ac-6180-42a0-ab88-20f7382dd24c|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9)$/i
const anybody = /^(?:allUsers|allAuthenticatedUsers|\*|system:(?:unauthenticated|anonymous|authenticated)|everyone|PUBLIC)$/i

/** Every string below a value, bounded. */
function strings(value: Json | undefined, out: string[] = [], depth = 0): string[] {
  if (depth > 12 || out.length > 2000) return out
  if (typeof value === 'string') out.push(value)
  else if (Array.isArray(value)) for (const item of value) strings(item, out, depth + 1)
  else if (isPlain(value)) for (const key of Object.keys(value)) strings(value[key], out, depth + 1)
  return out
}

/** A Kubernetes RBAC rule (or another list of verbs) that allows every verb on every resource. */
const isEverything = (rule: Json): boolean => ['verbs', 'resources'].every((name) => strings(own(rule, name)).includes('*'))

export function grantRule(change: Change, out: Collector): void {
  const { resource, address } = change
  if (resource.mode !== 'managed' || change.class === 'delete' || change.class === 'forget' || !isIdentityType(resource.type)) return
  const { before, after, after_unknown: unknown } = resource.change
  const fresh: string[] = []
  for (const name of grantNames) {
    const [was, is] = [own(before, name), own(after, name)]
    if (hidden(change, name, was, is, own(unknown, name), out)) continue
    const olds = new Set(strings(was))
    for (const value of strings(is)) if (!olds.has(value)) fresh.push(value)
    if (name === 'permissions_boundary' && typeof was === 'string' && was !== '' && (is === null || is === undefined)) out.add('iam_wider', address, 'the permissions boundary is removed')
    if (name === 'rule' && Array.isArray(is) && is.some(isEverything) && !(Array.isArray(was) && was.some(isEverything))) out.add('iam_admin', address, 'allows every verb on every resource')
  }
  for (const value of fresh) {
    if (adminRole.test(value)) out.add('iam_admin', address, `grants ${value}`)
    else if (anybody.test(value) && value !== '*') out.add('iam_public', address, `grants to ${value}`)
  }
  if (anybodyPrincipal(before, after)) out.add('iam_public', address, 'grants to anybody (principal *)')
  if (fresh.length > 0 && binds.test(resource.type)) {
    out.add(before === null || change.class === 'replace' ? 'iam_granted' : 'iam_wider', address, `grants ${fresh.slice(0, 3).join(', ')}${fresh.length > 3 ? ' …' : ''}`)
  }
}

const anybodyPrincipal = (before: Json, after: Json): boolean => own(after, 'principal') === '*' && own(before, 'principal') !== '*'

/** True when the attribute cannot be judged; what is hidden counts as the worst. */
function hidden(change: Change, name: string, was: Json | undefined, is: Json | undefined, unknown: Json | undefined, out: Collector): boolean {
  const masked = strings(is).some((text) => whyMasked(text) !== undefined) || whyMasked(is) !== undefined
  if (masked || (typeof is === 'object' && is !== null && JSON.stringify(is).includes('"$masked"'))) {
    if (JSON.stringify(is) !== JSON.stringify(was)) out.add('iam_hidden', change.address, `${name} is hidden`)
    return true
  }
  const open = unknown === true || (Array.isArray(unknown) && unknown.includes(true))
  const known = was !== undefined && was !== null && was !== ''
  if (open && decisive.has(name) && (known || binds.test(change.resource.type))) {
    // Azure takes a role by name or by id; the name is computed when the id is given.
    if (name === 'role_definition_name' && typeof own(change.resource.change.after, 'role_definition_id') === 'string') return true
    out.add('iam_hidden', change.address, `${name} is not known until the apply`)
  }
  return open
}
