/**
 * The trust that `login` pins: which genesis key, ledger key, origin and rpId this terminal will ever accept from a server. The first
 * login takes the server's word, which is why it shows the fingerprint to compare; every later one must bring the same.
 */
import { parseTrust, ProofError, replayDirectory, type TrustFile } from '@countersign/proof'
import { knownSites } from '@countersign/proof/produce'
import type { Profile } from '../config/profile.ts'
import { CliError, exitCodes } from '../exit.ts'

export type Pinned = { readonly trust: TrustFile; readonly first: boolean }

/** `entries`: the server's directory, asked for only where it has to prove something. Throws CliError `trust_changed`, `server_unexpected`. */
export async function pinTrust(profile: Profile, bytes: Buffer, entries: () => Promise<readonly string[]>): Promise<Pinned> {
  const offered = parsed(bytes)
  const known = profile.load('trust')
  if (known) {
    const other = difference(known, offered)
    if (other) throw changed(profile, other)
    if (JSON.stringify(known.sites) !== JSON.stringify(offered.sites) && !(await areProven(known, offered, await entries()))) {
      throw changed(profile, 'other sites (host names for keys, or origins), which no owner has countersigned')
    }
  }
  profile.save('trust', offered)
  return { trust: offered, first: known === undefined }
}

/** The genesis head in groups of four, as the set-up page shows it. */
export function fingerprint(trust: TrustFile): string {
  return trust.genesis.entry.match(/.{1,4}/g)?.join(' ') ?? ''
}

function parsed(bytes: Buffer): TrustFile {
  try {
    return parseTrust(bytes.toString('utf8'))
  } catch (cause) {
    throw new CliError('server_unexpected', 'The server\'s trust file cannot be read.', 'See both versions with: countersign doctor', { cause })
  }
}

/** The installation has moved: the sites are those that its directory proves, from the genesis that was pinned, and nothing else is new. */
async function areProven(known: TrustFile, offered: TrustFile, entries: readonly string[]): Promise<boolean> {
  try {
    return JSON.stringify(knownSites(await replayDirectory(entries, { trust: known }))) === JSON.stringify(offered.sites)
  } catch (error) {
    if (error instanceof ProofError) return false
    throw error
  }
}

/** Sites are proven by the directory (above); what genesis fixed never changes. */
function difference(known: TrustFile, offered: TrustFile): string | undefined {
  if (known.instance !== offered.instance) return 'another installation'
  if (JSON.stringify(known.genesis) !== JSON.stringify(offered.genesis)) return 'another genesis key'
  if (JSON.stringify(known.ledgerKeys) !== JSON.stringify(offered.ledgerKeys)) return 'another ledger key'
  if (JSON.stringify(known.recoveries) !== JSON.stringify(offered.recoveries)) return 'an owner who was recovered with the key of the host'
  // Fewer roots let less pass; another one would let keys pass that nobody here has accepted.
  if (offered.attestationRoots.some((root) => !known.attestationRoots.includes(root))) return 'another root for attestations of keys'
  return known.demonstration === offered.demonstration ? undefined : 'another kind of installation (demonstration)'
}

function changed(profile: Profile, what: string): CliError {
  return new CliError(
    'trust_changed',
    `${profile.server} is NOT the server that this terminal pinned: it shows ${what}.`,
    `If it was set up anew and you know why, forget the old one with: countersign logout --forget --server ${profile.server}. If not, do not sign in.`,
    { exit: exitCodes.verificationFailed },
  )
}
