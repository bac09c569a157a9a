/** The end of one sign-in of a terminal, told to the ledger once. */
import type { Tx } from '../../platform/store/store.ts'
import type { Room } from '../ports.ts'
import { endGrant, type TerminalEnd } from '../terminal/tokens.ts'

export async function endFamily({ ports }: Room, tx: Tx, grantHash: string, why: TerminalEnd): Promise<void> {
  for (const { id, person } of await endGrant(tx, grantHash, why, ports.clock.now())) {
    await ports.ledger.append(tx, { type: 'terminal.ended', ids: { person, token: id }, details: { why } })
  }
}
