/**
 * policy.yaml in the data folder. Before genesis it is what the first owner's touch pins; afterwards it is a copy for people,
 * and a text that is not the last countersigned one is not loaded.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultPolicy, demonstrationPolicy, parsePolicy } from '../policy/index.ts'
import type { Policy, PolicyOptions } from '../policy/index.ts'

/** Read once, when it is first asked for (the default one is made if there is none): genesis pins the very bytes that were read. */
export function policyFile(dataDir: string, options: PolicyOptions): () => Policy {
  let read: Policy | null = null
  return () => (read ??= parsePolicy(textOf(pathOf(dataDir), options.demonstration), options))
}

function textOf(path: string, demonstration: boolean): string {
  if (!existsSync(path)) writeFileSync(path, demonstration ? demonstrationPolicy : defaultPolicy, { mode: 0o600, flag: 'wx' })
  return readFileSync(path, 'utf8')
}

/** After a countersigned change the copy follows. That it may fail is no matter: the database holds what counts. */
export function writePolicyFile(dataDir: string, policy: Policy): void {
  writeFileSync(pathOf(dataDir), policy.text, { mode: 0o600 })
}

function pathOf(dataDir: string): string {
  return join(dataDir, 'policy.yaml')
}
