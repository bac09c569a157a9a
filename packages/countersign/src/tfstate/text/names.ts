/**
 * Names of members as Terraform reads them. Go's decoder takes `"Resources"` for `resources`, and of two the later: a body could show
 * us one list and Terraform another. A name that is a known one but for its case is therefore refused, where we would overlook it.
 */
export const stateMembers = ['version', 'terraform_version', 'serial', 'lineage', 'outputs', 'resources', 'check_results', 'meta', 'encrypted_data', 'encryption_version'] as const
export const resourceMembers = ['module', 'mode', 'type', 'name', 'each', 'provider', 'instances'] as const
export const instanceMembers = [
  'index_key', 'status', 'deposed', 'schema_version', 'attributes', 'attributes_flat', 'sensitive_attributes', 'identity_schema_version',
  'identity', 'private', 'dependencies', 'create_before_destroy',
] as const
export const outputMembers = ['value', 'type', 'sensitive'] as const

/** Both ways, because U+017F becomes "s" only by way of "S", as it does in Go. */
const folded = (name: string): string => name.toUpperCase().toLowerCase()

/** A test for one set of names: is this one of them, in another spelling? */
export function imitates(members: readonly string[]): (name: string) => boolean {
  const known = new Set(members)
  const longest = Math.max(...members.map((member) => member.length))
  return (name) => name.length <= longest && !known.has(name) && known.has(folded(name))
}
