/**
 * The policy in force, and why: a chain from the genesis statement's digest through every countersigned change.
 *
 * An attacker who can write the database or the data folder can put another policy there. So neither is believed: at start
 * the chain is replayed, every change's countersignatures are verified against the directory as it was then, and a text
 * whose digest is not the last countersigned one is not loaded. The file in the data folder is a copy for people.
 */
import type { Countersignature } from '@countersign/proof'
import { GateError } from '../../gate/index.ts'
import { preparedQuery } from '../../platform/store/prepared.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { Policy, PolicyOptions, PolicyVersion } from '../../policy/index.ts'

export interface PolicyPin {
  /** @throws GateError `policy_not_pinned` before genesis. */
  current(): Policy
  /** null before genesis. */
  digest(): string | null
  /** Replaces what is in force; call it when the change is committed. */
  use(policy: Policy): void
  readonly demonstration: boolean
  /** Whether a policy may ask for aal3. */
  readonly attested: boolean
}

export function createPolicyPin(options: PolicyOptions): PolicyPin {
  let pinned: Policy | null = null
  return {
    demonstration: options.demonstration,
    attested: options.attested === true,
    current() {
      if (pinned) return pinned
      throw new GateError(
        'policy_not_pinned',
        'No policy is in force, so everything is denied.',
        "Finish the set-up, or see the server's log for why its policy was not loaded.",
      )
    },
    digest: () => pinned?.digest ?? null,
    use(policy) {
      pinned = policy
    },
  }
}

/** Every version there was, oldest first: what proves the newest. */
export async function versionsOf(db: Db | Tx): Promise<PolicyVersion[]> {
  const rows = await db.selectFrom('policy_version').selectAll().orderBy('seq').execute()
  return rows.map((row) => ({
    text: row.text,
    subject: row.subject,
    countersignatures: JSON.parse(row.countersignatures) as Countersignature[],
    directorySize: row.directory_size,
  }))
}

/** The digest in force as this transaction sees it: a change that is committed in the same moment is seen before memory follows. */
export async function digestInForce(tx: Db | Tx): Promise<string | null> {
  const [row] = await newestDigest(tx, {})
  return row?.digest ?? null
}

const newestDigest = preparedQuery<Record<string, never>, { digest: string }>((db) => db.selectFrom('policy_version').select('digest').orderBy('seq', 'desc').limit(1))
