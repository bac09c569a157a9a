/**
 * "Granted" is the server's word, and not taken. The countersignatures are verified here with the pinned trust: the directory is
 * replayed from the genesis key, each assertion checked against the statement that this terminal compared with its own plan, and the
 * requirement of the statement met by keys that are not revoked.
 *
 * Freshness needs no clock here: the statement names this run and a plan file made minutes ago, so no touch over it can be older.
 * This terminal's clock is needed for one thing: a key that was added within 48 hours counts for nothing grave, and a server that is
 * taken over could date its envelope ahead.
 * Where policy let the run pass without a countersignature, `verify-decision.ts` has proven that it does.
 */
import { ProofError, verifyConsent as verifySignatures, type Consent } from '@countersign/proof'
import type { Session } from '../client/session.ts'
import type { RunView } from '../client/wire.ts'
import { CliError, exitCodes } from '../exit.ts'
import { safe } from '../output.ts'
import { readDirectory } from '../trust/directory.ts'

/** `subject`: the text that `checkSubject` accepted. Throws CliError `evidence_rejected`. */
export async function verifyConsent(session: Session, granted: RunView, subject: string): Promise<Consent> {
  const { entries } = await readDirectory(session)
  const consent = await verified(session, granted, subject, entries)
  if (consent.who.length === 0) throw rejected('countersignature_missing', 'nobody countersigned it')
  if (consent.demonstration && !session.trust.demonstration) throw rejected('demonstration', 'it was signed with a software key of a demonstration')
  return consent
}

async function verified(session: Session, { countersignatures }: RunView, subject: string, directory: readonly string[]): Promise<Consent> {
  try {
    return await verifySignatures({ subject, countersignatures, directory, trust: session.trust, now: Date.now() })
  } catch (error) {
    if (error instanceof ProofError) throw rejected(error.code, error.message)
    throw error
  }
}

function rejected(code: string, why: string): CliError {
  return new CliError(
    'evidence_rejected',
    `The server says that this plan was countersigned, and this terminal cannot verify it: ${safe(why)} (${code}). It was not applied.`,
    'Do not apply it another way. Tell the server\'s owner, and keep what stands here.',
    { exit: exitCodes.verificationFailed },
  )
}
