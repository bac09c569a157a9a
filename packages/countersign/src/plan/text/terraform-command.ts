/** Terraform names an operation in its lock; these are the commands that its users type. */
const commands: Readonly<Record<string, string>> = {
  OperationTypeApply: 'terraform apply', OperationTypePlan: 'terraform plan', OperationTypeRefresh: 'terraform refresh',
  // Neither says which it is.
  OperationTypeInvalid: 'terraform import, or console',
  import: 'terraform import', taint: 'terraform taint', untaint: 'terraform untaint', 'state-mv': 'terraform state mv', 'state-rm': 'terraform state rm',
  'state-push': 'terraform state push', 'state-replace-provider': 'terraform state replace-provider', 'workspace-delete': 'terraform workspace delete',
  'migration source state': 'terraform init, to move a state', 'migration destination state': 'terraform init, to move a state',
}

/** The command, or null where it is none that is known: a client's own word. */
export function commandOf(operation: string): string | null {
  return Object.hasOwn(commands, operation) ? (commands[operation] ?? null) : null
}
