/** Where the evidence of a run is kept: beside everything of this user, or where --evidence says. It holds no secret; it is what others verify. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { subjectDigest, verifyEvidence, type TrustFile } from '@countersign/proof'
import { stateFolder } from '../config/paths.ts'
import { CliError } from '../exit.ts'
import { safe } from '../output.ts'

export function saveEvidence(bytes: Buffer, code: string, wanted: string | undefined): string {
  const path = resolve(wanted ?? join(stateFolder(), 'evidence', `${code}.json`))
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, bytes, { mode: 0o600 })
  } catch (cause) {
    throw new CliError('file_unwritable', `The evidence could not be written to ${path}.`, 'It stays at the server; download it from the run\'s page in the console.', { cause })
  }
  return path
}

/** Undefined when it verifies, and is about this statement. `touched`: whether anybody had to countersign; what the policy let pass has no consent. */
export async function whatIsWrong(bytes: Buffer, subject: string, trust: TrustFile, touched: boolean): Promise<string | undefined> {
  const { verdict, code, message, consent } = await verifyEvidence(bytes.toString('utf8'), trust, { now: Date.now() })
  const sound = verdict === 'VALID' || verdict === 'ATTESTED' || (verdict === 'ALLOWED' && !touched)
  if (!sound && !(verdict === 'DEMONSTRATION' && trust.demonstration)) return `${verdict}, ${safe(message)} (${code})`
  return consent?.subjectDigest === (await subjectDigest(subject)) ? undefined : 'it is about another statement'
}
