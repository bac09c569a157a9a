/**
 * `audit search`: the server's search, for who is not on its computer. What it answers is checked as a page would: each entry against the
 * checkpoint that this terminal has just verified with what it pinned, and against what it remembers.
 */
import { checkEntry, type Checked, type EntryView } from '../../leaves/index.ts'
import { openSession } from '../client/session.ts'
import { answer } from '../client/wire.ts'
import { readRepository } from '../config/repository.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { checkHistory } from '../trust/checkpoint.ts'
import { queryOf, wordsFor, type FilterOptions } from './filter.ts'

export type SearchOptions = FilterOptions & { server?: string; limit: string }

const PAGE = 200
const MOST = 10_000

/** Throws CliError `filter_invalid`, and what a session refuses. Exit code 5 when an entry is not proven, or the index lacks some. */
export async function searchServer(options: SearchOptions, output: Output): Promise<ExitCode> {
  const limit = /^\d{1,5}$/.test(options.limit) ? Math.min(Number(options.limit), MOST) : 0
  if (limit < 1) throw new CliError('filter_invalid', `${JSON.stringify(options.limit)} is not a count of entries.`, `Write it as a number, 1 to ${MOST}.`)
  const query = queryOf(options, Date.now())
  const { api, profile, trust } = await openSession(options, await readRepository(process.cwd()))
  await checkHistory(api, profile, trust)
  const head = profile.load('checkpoint')
  if (head === undefined) throw new CliError('server_unexpected', 'The server shows no checkpoint.', 'Look at it with: countersign doctor')
  query.set('size', String(head.size))
  const found: Checked[] = []
  const people: Record<string, string> = {}
  let [lacking, next]: [number, number | null] = [0, head.size]
  while (next !== null && found.length < limit) {
    query.set('before', String(next))
    query.set('limit', String(Math.min(PAGE, limit - found.length)))
    const before: number = next
    const page = answer('search', await api.call('GET', `/api/v1/ledger/search?${query}`))
    for (const entry of page.entries) found.push(await checkEntry(entryIn(entry), head))
    Object.assign(people, page.people)
    lacking += page.lacking
    next = page.next
    // A server that never comes to an end is not followed.
    if (next !== null && !(next < before)) throw new CliError('server_unexpected', 'The server answers the same part of its log again.', 'Look at it with: countersign doctor')
  }
  return told({ found, people, lacking, next, head }, output)
}

type Told = { found: Checked[]; people: Record<string, string>; lacking: number; next: number | null; head: { size: number; root: string } }

function told({ found, people, lacking, next, head }: Told, output: Output): ExitCode {
  for (const one of found) output.line(lineOf(one, people, output))
  const broken = found.filter((one) => one.broken.length > 0)
  output.line(`${found.length} entries${next === null ? '' : ', and perhaps older ones: --limit shows more'}. ${broken.length === 0 ? output.paint.green('Each is proven to stand in the log.') : output.paint.red(`${broken.length} of them are NOT PROVEN. Do not act on them; tell whoever runs the server.`)}`)
  if (lacking > 0) output.line(`${output.paint.red('MISSING')}  ${lacking} entries of the part that was searched are not in the server's index: countersign audit verify on its computer names them.`)
  output.data({
    size: head.size, root: head.root, lacking, next,
    entries: found.map(({ entry, leaf, outcome, workspace, person, broken: wrong }) => ({
      index: entry.index, proven: wrong.length === 0, broken: wrong, time: leaf?.time ?? '', type: leaf?.type ?? '', ids: leaf?.ids ?? {}, outcome, workspace, person, name: people[person] ?? '',
      details: entry.details === null ? null : parsed(entry.details), leaf: entry.leaf, proof: entry.proof,
    })),
  })
  return broken.length === 0 && lacking === 0 ? exitCodes.done : exitCodes.verificationFailed
}

function lineOf({ entry, leaf, outcome, workspace, person, broken }: Checked, people: Record<string, string>, { paint }: Output): string {
  const says = [paint.dim(String(entry.index)), safe(leaf?.time ?? ''), paint.bold(safe(wordsFor(leaf?.type ?? ''))), outcome ?? '', safe(workspace), person === '' ? '' : `by ${safe(people[person] ?? person)}`]
  return `${says.filter((one) => one !== '').join('  ')}${broken.length === 0 ? '' : `  ${paint.red(`NOT PROVEN: ${broken.join(', ')}`)}`}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Of a server that may answer anything: what is not text is none. */
function entryIn(entry: EntryView): EntryView {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const { index, details, proof } = entry
  return {
    index: Number.isSafeInteger(index) ? index : -1, leaf: text(entry.leaf), salt: text(entry.salt), details: typeof details === 'string' ? details : null,
    outcome: text(entry.outcome), workspace: text(entry.workspace), person: text(entry.person), proof: Array.isArray(proof) ? proof.map(text) : [],
  }
}
