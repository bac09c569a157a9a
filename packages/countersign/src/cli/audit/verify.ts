/** `audit verify`: the ledger of a data folder, recomputed and held against what left the host. */
import { join } from 'node:path'
import { notesIn, readAway, type AwayText } from '../../ledger/away/index.ts'
import { auditVerify, type Audit } from '../../ledger/index.ts'
import { existingFolder } from '../../platform/folder.ts'
import { SettingError } from '../../platform/setting-error.ts'
import { knownServers, openProfile } from '../config/profile.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { progressIfSlow } from '../render/progress.ts'
import { verifyServer } from './verify-server.ts'
import { openLedgerStore, placeOf, type LedgerPlace, type PlaceOptions } from './place.ts'

export type VerifyOptions = PlaceOptions & { against?: string[]; server?: string }

/** Throws CliError `data_missing`, `source_unknown`, `source_unreadable`, `source_empty`. */
export async function auditFolder(options: VerifyOptions, output: Output): Promise<ExitCode> {
  const away = (await Promise.all((options.against ?? []).map(readSource))).flat()
  if (options.server !== undefined) return await auditServer(options.server, away, output)
  const place = placeOf(options)
  const what = `checking the ledger in ${place.data}`
  const progress = progressIfSlow(output, what)
  const audit = await verified(place, away, (tenths) => progress.say(`${what}, ${tenths * 10} %`)).finally(() => progress.end())
  output.line(`${audit.leaves} entries, ${audit.details} details (${audit.erased} erased), ${audit.checkpoints} checkpoints, ${audit.files} files`)
  output.line(`root ${audit.root}`)
  for (const problem of audit.problems) output.line(`${output.paint.red('PROBLEM')}  ${safe(problem.where)}: ${safe(problem.what)}`)
  if (audit.against) output.line(againstWords(audit.against))
  output.line(audit.problems.length === 0 ? output.paint.green('The ledger is whole.') : `${audit.problems.length} problems. Keep a copy of the folder before anything else, then restore from a backup that this command finds whole.`)
  output.data(audit)
  return audit.problems.length === 0 ? exitCodes.done : exitCodes.verificationFailed
}

async function auditServer(server: string, away: readonly AwayText[], output: Output): Promise<ExitCode> {
  const { head, against, leftOut } = await verifyServer(server, away)
  output.line(`${safe(server)} shows ${head.size} entries and contains what this terminal remembers.`)
  output.line(`root ${head.root}`)
  if (away.length > 0) output.line(againstWords(against))
  if (leftOut > 0) output.line(`${leftOut} older checkpoints were not compared; on the server's host, without --server, all are.`)
  output.data({ server, ...head, against: away.length > 0 ? against : null, leftOut })
  return against.misfit === null ? exitCodes.done : exitCodes.verificationFailed
}

function againstWords({ checkpoints, newest, misfit }: NonNullable<Audit['against']>): string {
  if (misfit !== null) return `The first checkpoint from elsewhere that does not fit: ${safe(misfit.where)}: ${safe(misfit.what)}`
  return `It contains all ${checkpoints} checkpoints from elsewhere${newest === null ? '' : `, the newest over ${newest.size} entries`}.`
}

const READING_MS = 600_000

/** A source that shows nothing proves nothing: that must not look like a success. */
async function readSource(source: string): Promise<AwayText[]> {
  const found = await readAway(source, process.env, AbortSignal.timeout(READING_MS)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : 'unknown'
    if (cause instanceof SettingError) throw new CliError('source_unknown', `${JSON.stringify(source)} is not a place that checkpoints can be read from: it ${why}.`, 'There are: a file, a folder, git:REPOSITORY#BRANCH, s3://BUCKET/FOLDER.')
    throw new CliError('source_unreadable', `The checkpoints in ${JSON.stringify(source)} cannot be read (${safe(why).slice(0, 300)}).`, 'Nothing was compared. Run it where they can be read.', { cause })
  })
  if (found.every(({ text }) => notesIn(text).length === 0)) throw new CliError('source_empty', `There are no checkpoints in ${JSON.stringify(source)}, so nothing can be compared with it.`, 'Is it the right place? If checkpoints were sent there before, somebody took them away.', { exit: exitCodes.verificationFailed })
  return found
}

/** Against what this user's terminal pinned and remembers of this ledger, too. */
async function verified(place: LedgerPlace, away: readonly AwayText[], say: (tenths: number) => void): Promise<Audit> {
  const store = await openLedgerStore(place)
  try {
    const key = await store.read((db) => db.selectFrom('ledger_key').select('origin').executeTakeFirst())
    const known = knownServers().map(openProfile).filter((profile) => `countersign/${profile.load('trust')?.instance ?? ''}` === key?.origin)
    const remembered = known.flatMap((profile): AwayText[] => {
      const note = profile.load('checkpoint')?.note
      return note === undefined ? [] : [{ where: `what is remembered of ${profile.server}`, text: note }]
    })
    return await auditVerify(store, existingFolder(join(place.data, 'checkpoints')), known.flatMap((profile) => profile.load('trust')?.ledgerKeys ?? []), [...away, ...remembered], say)
  } finally {
    await store.close()
  }
}
