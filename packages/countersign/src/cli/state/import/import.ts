/**
 * `countersign state import`: one list of steps, read aloud in `importStates`. The source is only read; each state takes one
 * countersignature over its digest, lineage and serial; afterwards what is here is compared with what was read there.
 */
import type { StateSubject } from '@countersign/proof'
import { CliError, exitCodes, type ExitCode } from '../../exit.ts'
import { safe, type Output } from '../../output.ts'
import { showColumns } from '../../render/columns.ts'
import { progressIfSlow } from '../../render/progress.ts'
import { count, sizeWords } from '../../render/units.ts'
import { begin, follow, type Asking } from '../ask.ts'
import type { Question } from '../statement.ts'
import { stateAnswer, type StateRequest } from '../wire.ts'
import { currentOf, decide, type Current, type Item, type Verdict } from './decide.ts'
import { factsOf, type Facts } from './facts.ts'
import { openJournal, type Journal } from './journal.ts'
import type { Mapped } from './mapping.ts'
import type { Source } from './source.ts'

export type ImportOptions = { readonly rule: string; readonly dryRun: boolean; readonly replace: boolean; readonly journal: string | undefined }

type Importing = Asking & { readonly source: Source; readonly journal: Journal; readonly options: ImportOptions }
type Imported = { readonly item: Item; readonly version: number; readonly code: string }

export async function importStates(asking: Asking, source: Source, mapped: readonly Mapped[], options: ImportOptions): Promise<ExitCode> {
  const { output, session } = asking
  const importing: Importing = { ...asking, source, options, journal: openJournal(session.profile.server, source.place, options.journal) }
  const items = await readAll(importing, mapped)
  showItems(output, source, items, options)
  const wanted = items.filter(({ verdict }) => isWanted(verdict, options.replace))
  refuseWhatIsInTheWay(items, options)
  if (options.dryRun || wanted.length === 0) {
    output.line(wanted.length === 0 ? 'There is nothing to import, so nothing was asked.' : `Nothing was asked: --dry-run. It would take ${count(wanted.length, 'countersignature')}.`)
    output.data(resultJson(importing, items, []))
    return exitCodes.done
  }
  output.line(`It takes ${count(wanted.length, 'countersignature')}${wanted.length === 1 ? '' : ', one for each'}. An import that is interrupted goes on when it is run again (kept in ${importing.journal.path}).`)
  const imported: Imported[] = []
  for (const [i, item] of wanted.entries()) {
    if (wanted.length > 1) output.line(`\n${output.paint.dim(`${i + 1} of ${wanted.length}`)}  ${safe(item.from.name)}`)
    imported.push(await importOne(importing, item))
  }
  output.line()
  output.line(`${output.paint.green('Imported')} ${count(imported.length, 'state')}, compared with the source by lineage, serial and digest. The source was left as it is: take it away when terraform works from here.`)
  output.data(resultJson(importing, items, imported))
  return exitCodes.done
}

function isWanted(verdict: Verdict, replace: boolean): boolean {
  return verdict === 'new' || verdict === 'newer' || (replace && (verdict === 'behind' || verdict === 'other'))
}

async function readAll(importing: Importing, mapped: readonly Mapped[]): Promise<Item[]> {
  const { session, source, journal, output } = importing
  const progress = progressIfSlow(output, `reading ${count(mapped.length, 'state')}`)
  const items: Item[] = []
  try {
    for (const from of mapped) {
      progress.say(`reading ${items.length + 1} of ${mapped.length}: ${safe(from.name)}`)
      items.push(await decide(session, source, journal, from))
    }
  } finally {
    progress.end()
  }
  return items
}

const words: Readonly<Record<Verdict, (item: Item) => string>> = {
  new: () => 'new',
  newer: ({ current }) => `newer than version ${current.version} (serial ${current.serial})`,
  in: () => 'is in already',
  behind: ({ current }) => `NOT NEWER than version ${current.version} (serial ${current.serial})`,
  other: ({ current }) => `ANOTHER LINEAGE than version ${current.version}`,
  empty: () => 'empty, left out',
}

function showItems(output: Output, source: Source, items: readonly Item[], { rule }: ImportOptions): void {
  output.line(`From ${safe(source.place)}${rule === '' ? '' : `, by the rule ${safe(rule)}`}:`)
  showColumns(output, ['SOURCE', 'WORKSPACE', 'SERIAL', 'SIZE', ''], items.map((item) => [
    safe(item.from.name), safe(item.from.target), item.facts ? String(item.facts.serial) : '-', item.facts ? sizeWords(item.facts.size) : '-', words[item.verdict](item),
  ]))
}

function refuseWhatIsInTheWay(items: readonly Item[], { replace }: ImportOptions): void {
  const inTheWay = replace ? [] : items.filter(({ verdict }) => verdict === 'behind' || verdict === 'other')
  if (inTheWay.length === 0) return
  const names = inTheWay.slice(0, 5).map(({ from }) => safe(from.target)).join(', ')
  throw new CliError('import_conflict', `${inTheWay.length === 1 ? 'One state' : `${inTheWay.length} states`} would take the place of what is newer here, or of another state: ${names}. Nothing was asked.`, 'If that is meant, add --replace: the statement then says so. If not, say other names with --to.')
}

async function importOne(importing: Importing, item: Item): Promise<Imported> {
  const { source, journal, output, session } = importing
  const { from, facts } = item
  if (!facts) throw new TypeError('an empty state is not imported')
  const question = questionOf(importing, item, facts)
  const view = (await askedBefore(importing, from, facts)) ?? (await begin(session, question))
  journal.keep(from, { asked: { workspace: from.target, digest: facts.digest, request: view.id } })
  const { view: agreed, subject, code } = await follow(importing, question, view)
  if (agreed.status !== 'done') await upload(importing, agreed, subject, await again(source, from, facts))
  const { version, serial } = await verified(importing, from, facts)
  journal.keep(from, { done: { workspace: from.target, ...facts, version, at: new Date().toISOString() } })
  output.line(`${output.paint.green('in')}  ${safe(from.target)}, version ${version}, serial ${serial}${serial === facts.serial ? '' : ` (its own is ${facts.serial}; it has to be above what was here)`}  ${code}`)
  return { item, version, code }
}

function questionOf({ options }: Importing, { verdict, from }: Item, { digest, lineage, serial, size }: Facts): Question {
  const replace = options.replace && (verdict === 'behind' || verdict === 'other')
  return { action: 'state.import', workspace: from.target, digest, lineage, serial, size, purpose: `state import of ${from.name}`.slice(0, 200), ...(replace ? { replace } : {}) }
}

/** A question that still stands, about these very bytes. */
async function askedBefore({ session, journal }: Importing, from: Mapped, { digest }: Facts): Promise<StateRequest | undefined> {
  const asked = journal.asked(from)
  if (asked?.digest !== digest) return undefined
  try {
    const view = stateAnswer('request', await session.api.call('GET', `/api/v1/state/requests/${encodeURIComponent(asked.request)}`))
    return view.status === 'waiting' || view.status === 'granted' || view.status === 'allowed' ? view : undefined
  } catch (error) {
    if (error instanceof CliError && error.code === 'request_not_found') return undefined
    throw error
  }
}

/** The source may have been written while the person decided: what was countersigned is what was read before. */
async function again(source: Source, from: Mapped, facts: Facts): Promise<Uint8Array> {
  const bytes = await source.read(from)
  if (bytes && factsOf(bytes, from.name).digest === facts.digest) return bytes
  throw new CliError('source_changed', `${from.name} changed at its source since it was asked about. It was not imported.`, 'Let nobody write there any more, and run the command again.')
}

async function upload({ session, output }: Importing, view: StateRequest, subject: StateSubject, octets: Uint8Array): Promise<void> {
  const progress = progressIfSlow(output, `sending ${sizeWords(octets.length)} to ${safe(subject.workspace.name)}`)
  try {
    await session.api.call('POST', `/api/v1/state/requests/${view.id}/redeem`, { octets, silence: 120_000 })
  } finally {
    progress.end()
  }
}

/** Not the answer of the import, but what the server says of the workspace afterwards. */
async function verified({ session, options }: Importing, from: Mapped, facts: Facts): Promise<Current> {
  const now = await currentOf(session, from.target)
  // What takes the place of something newer is served with a serial above it: terraform would not believe it otherwise.
  const members = { lineage: now.lineage === facts.lineage, serial: options.replace ? now.serial >= facts.serial : now.serial === facts.serial, digest: now.digest === facts.digest }
  const wrong = Object.entries(members).find(([, holds]) => !holds)?.[0]
  if (wrong === undefined) return now
  throw new CliError('import_differs', `${from.target} was imported, and its ${wrong} is not that of the source.`, 'Somebody may have written to it in between. Look with: countersign state versions. The source was left as it is.')
}

function resultJson({ source, journal }: Importing, items: readonly Item[], imported: readonly Imported[]): unknown {
  return {
    source: { kind: source.kind, place: source.place },
    journal: journal.path,
    states: items.map((item) => {
      const done = imported.find((one) => one.item === item)
      return { name: item.from.name, workspace: item.from.target, verdict: item.verdict, lineage: item.facts?.lineage ?? '', serial: item.facts?.serial ?? 0, digest: item.facts?.digest ?? '', size: item.facts?.size ?? 0, imported: done !== undefined, version: done?.version ?? item.current.version, code: done?.code ?? '' }
    }),
  }
}
