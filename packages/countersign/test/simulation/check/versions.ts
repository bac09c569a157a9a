/**
 * The ledger read as a history of versions: one is current, and only what is kept can be; what is read is what is current then; what was
 * set aside or deleted comes back by a decision alone; each decision has one effect, or one refusal; and nothing that was granted over
 * what was current before has its effect afterwards.
 */
import { pair, ofType, type Facts, type Leaf } from './facts.ts'

type Status = 'kept' | 'quarantined' | 'deleted' | 'discarded'
type State = { current: number; versions: Map<number, { status: Status; digest: string; /** The leaf that deleted it. */ by: number }>; frozen: boolean }
type Step = (state: State, leaf: Leaf, blame: (what: string) => void) => void

const numberOf = ({ ids }: Leaf): number => Number(ids['number'])
const versionOf = ({ details }: Leaf): number => Number(details['version'])

/** A version that is new. */
const added = (status: Status): Step => (state, leaf, blame) => {
  const number = numberOf(leaf)
  if (number !== state.versions.size + 1) blame(`adds version ${number} to ${state.versions.size}`)
  state.versions.set(number, { status, digest: leaf.ids['digest'] ?? '', by: -1 })
  if (status === 'kept') state.current = number
}

const again = (from: Status): Step => (state, leaf, blame) => {
  const source = state.versions.get(Number(leaf.details['from']))
  if (source?.status !== from || source.digest !== leaf.ids['digest']) blame(`makes version ${String(leaf.details['from'])} current again, which is ${source?.status}`)
  if (source) source.status = 'kept'
  added('kept')(state, leaf, blame)
}

const turns = (from: Status, to: Status): Step => (state, leaf, blame) => {
  const version = state.versions.get(versionOf(leaf))
  if (version?.status !== from) return blame(`is about version ${versionOf(leaf)}, which is ${version?.status}`)
  if (versionOf(leaf) === state.current) blame('is about what is current')
  Object.assign(version, { status: to, by: leaf.index })
}

const isCurrent: Step = (state, leaf, blame) => {
  if (versionOf(leaf) !== state.current) blame(`names version ${versionOf(leaf)} while ${state.current} is current`)
}

const steps: Record<string, Step> = {
  'state.head.write': added('kept'),
  'state.head.import': added('kept'),
  'state.head.rollback': again('kept'),
  'state.head.accepted': again('quarantined'),
  'state.quarantined': added('quarantined'),
  'state.head.none': (state) => void (state.current = 0),
  'state.head.restored': (state, leaf) => void (state.current = numberOf(leaf)),
  'state.rolled-back': isCurrent,
  'state.accepted': isCurrent,
  'state.effect-accepted': isCurrent,
  'state.imported': isCurrent,
  'state.discarded': turns('quarantined', 'discarded'),
  'state.deleted': (state, leaf, blame) => {
    const whole = Number(leaf.details['whole'])
    if (whole === 0) return turns('kept', 'deleted')(state, leaf, blame)
    const kept = [...state.versions.values()].filter(({ status }) => status === 'kept')
    if (state.current !== 0 || kept.length !== whole) blame(`deletes all ${whole} versions, of which ${kept.length} are kept and ${state.current} is current`)
    for (const version of kept) Object.assign(version, { status: 'deleted', by: leaf.index })
  },
  'state.restored': (state, leaf, blame) => {
    if (Number(leaf.details['whole']) === 0) {
      const to = state.versions.get(versionOf(leaf))?.status === 'discarded' ? 'quarantined' : 'kept'
      return turns(to === 'kept' ? 'deleted' : 'discarded', to)(state, leaf, blame)
    }
    isCurrent(state, leaf, blame)
    const deleted = state.versions.get(state.current)?.by
    const together = [...state.versions.values()].filter(({ status, by }) => status === 'deleted' && by === deleted)
    if (together.length !== Number(leaf.details['whole'])) blame(`brings back ${String(leaf.details['whole'])} versions, and ${together.length} were deleted together`)
    for (const version of together) version.status = 'kept'
  },
  'state.read': (state, leaf, blame) => {
    isCurrent(state, leaf, blame)
    const version = state.versions.get(versionOf(leaf))
    if (version?.status !== 'kept' || version.digest !== leaf.details['digest']) blame(`gives out version ${versionOf(leaf)}, which is ${version?.status}`)
  },
  'state.frozen': (state) => void (state.frozen = true),
  'state.thawed': (state, _leaf, blame) => {
    state.frozen = false
    const waiting = [...state.versions].filter(([, { status }]) => status === 'quarantined')
    if (waiting.length > 0) blame(`opens the workspace while version ${waiting[0]?.[0]} waits in quarantine`)
  },
}

export function checkVersions(facts: Facts): void {
  const { leaves, workspaces, versions, blame } = facts
  const states = new Map(workspaces.map(({ id }): [string, State] => [id, { current: 0, versions: new Map(), frozen: false }]))
  for (const leaf of leaves) {
    const state = states.get(leaf.ids['state'] ?? '')
    if (state) steps[leaf.type]?.(state, leaf, (what) => blame(`leaf ${leaf.index}, ${leaf.type}, ${what}`))
  }
  for (const { id, name, version } of workspaces) {
    const state = states.get(id)
    const rows = versions.filter(({ workspace }) => workspace === id)
    if (state?.current !== version) blame(`${name}: by the ledger version ${state?.current} is current, by the table ${version}`)
    if (version !== 0 && rows.find(({ number }) => number === version)?.status !== 'kept') blame(`${name}: version ${version} is current, and not kept`)
    for (const { number, status } of rows) if (state?.versions.get(number)?.status !== status) blame(`${name}: by the ledger version ${number} is ${state?.versions.get(number)?.status}, by the table ${status}`)
    if (rows.some(({ status }) => status === 'quarantined') && state?.frozen !== true) blame(`${name}: something waits in quarantine, and the workspace is open`)
  }
  decisions(facts)
  lines(facts)
}

const effects: Readonly<Record<string, readonly string[]>> = {
  'state.rollback': ['state.rolled-back'], 'state.delete': ['state.deleted'], 'state.restore': ['state.restored'], 'state.accept': ['state.accepted', 'state.effect-accepted'],
  'state.discard': ['state.discarded'], 'state.force-unlock': ['state.force-unlocked'], 'state.import': ['state.imported'],
}

/** What was done has one leaf, under a grant that was used before; what was refused has one of that. */
function decisions(facts: Facts): void {
  const done = facts.requests.filter(({ action, done_at }) => Object.hasOwn(effects, action) && done_at !== null)
  const isRefused = ({ result }: { result: string }): boolean => ((JSON.parse(result) as { refused?: string }).refused ?? '') !== ''
  const told = facts.leaves.filter(({ type }) => Object.values(effects).flat().includes(type))
  pair(facts, 'effect', done.filter((one) => !isRefused(one)).map(({ id }) => id), told.map(({ ids }) => ids['ref'] ?? ''))
  pair(facts, 'refusal', done.filter(isRefused).map(({ id }) => id), ofType(facts, 'state.refused').map(({ ids }) => ids['ref'] ?? ''))
  for (const { index, type, ids } of told) {
    const request = done.find(({ id }) => id === ids['ref'])
    if (request && !effects[request.action]?.includes(type)) facts.blame(`leaf ${index}: ${request.action} had the effect ${type}`)
    if (!ofType(facts, 'gate.redeemed').some((leaf) => leaf.index < index && leaf.ids['ref'] === ids['ref'])) facts.blame(`leaf ${index}, ${type}: nobody has countersigned it`)
  }
}

const ends: ReadonlySet<string> = new Set(['state.head.rollback', 'state.head.accepted', 'state.head.import', 'state.head.none'])

/** What was granted before another line began is of no use after. */
function lines(facts: Facts): void {
  const grantedAt = new Map(ofType(facts, 'gate.granted').map(({ ids, index }) => [ids['ref'], index]))
  for (const end of facts.leaves.filter(({ type }) => ends.has(type))) {
    const workspace = end.details['workspace']
    for (const { type, index, ids, details } of facts.leaves) {
      if (index < end.index || !['run.apply-started', 'state.locked'].includes(type)) continue
      const ref = type === 'state.locked' ? ids['ref'] : ids['run']
      const at = grantedAt.get(ref ?? '')
      const name = type === 'state.locked' ? details['workspace'] : facts.runs.find(({ id }) => id === ref)?.workspace
      if (name === workspace && at !== undefined && at < end.index) facts.blame(`leaf ${index}, ${type}: by a grant of leaf ${at}, and ${end.type} at ${end.index} came between`)
    }
  }
}
