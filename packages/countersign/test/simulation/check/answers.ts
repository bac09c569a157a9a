/** What was answered is so, and what was refused did nothing: each call compared with what there is. */
import { createHash } from 'node:crypto'
import type { Call } from '../history.ts'
import { ofType, pair, type Facts } from './facts.ts'

type Check = (facts: Facts, call: Call, value: unknown) => void

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const text = (value: unknown, name: string): string => String((value as Record<string, unknown> | null)?.[name])

/** What there has to be, where a call was answered with success. */
const answered: Record<string, Check> = {
  'asks for a run': ({ runs, blame }, { about }, value) => {
    if (!runs.some(({ id, subject }) => id === value && subject.includes(String(about['asked'])))) blame(`run ${String(value)} was answered, and is not there`)
  },
  'starts the apply': ({ runs, blame }, { about }, value) => {
    if (runs.find(({ id }) => id === about['run'])?.lease_hash !== sha256(text(value, 'lease'))) blame(`run ${String(about['run'])}: a lease was answered that is worth nothing`)
  },
  'reports the outcome': ({ runs, blame }, { about }) => {
    const state = runs.find(({ id }) => id === about['run'])?.state
    if (state !== about['result']) blame(`run ${String(about['run'])} was reported as ${String(about['result'])}, and is ${state}`)
  },
  'cancels the run': ({ runs, blame }, { about }) => {
    if (runs.find(({ id }) => id === about['run'])?.state !== 'cancelled') blame(`run ${String(about['run'])} was cancelled, and goes on`)
  },
  'asks for a credential': ({ requests, blame }, _call, value) => {
    if (!requests.some(({ id }) => id === text(value, 'id'))) blame('a question was answered, and is not there')
  },
  'redeems a credential': ({ credentials, blame }, _call, value) => {
    if (!credentials.some(({ id, secret_hash }) => id === text(value, 'id') && secret_hash === sha256(text(value, 'password')))) blame(`credential ${text(value, 'id')} was answered, and opens nothing`)
  },
  LOCK: (facts, { about, answeredAt }, value) => {
    if ((value as { taken: boolean }).taken && !ofType(facts, 'state.locked').some(({ ids, details, index }) => details['lock'] === about['lock'] && ids['credential'] === about['credential'] && index < answeredAt)) facts.blame(`lock ${String(about['lock'])} was answered, and never taken`)
  },
  POST: ({ versions, blame }, { about }) => {
    if (!versions.some(({ digest }) => digest === about['digest'])) blame(`a write of serial ${String(about['serial'])} was answered, and is lost`)
  },
  UNLOCK: ({ leaves, blame }, { about, answeredAt }) => {
    const last = leaves.findLast(({ details, index, type }) => index < answeredAt && details['lock'] === about['lock'] && ['state.locked', 'state.unlocked', 'state.lock-ended', 'state.force-unlocked'].includes(type))
    if (last?.type === 'state.locked') blame(`lock ${String(about['lock'])} was unlocked, and is held`)
  },
}

const answers: Check = ({ ceremonies, countersignatures, blame }, { about }) => {
  const ceremony = ceremonies.find(({ id }) => id === about['ceremony'])
  if (!countersignatures.some(({ countersignature }) => (JSON.parse(countersignature) as { envelope: string }).envelope === ceremony?.envelope)) blame(`an answer to ${String(about['code'])} was taken, and is not there`)
}
answered['answers with a key'] = answers
answered['answers with a code'] = answers
answered['redeems the credential of a run'] = (...all) => answered['redeems a credential']?.(...all)

/** How often a call happened, by what only that call says. */
const happened: Record<string, (facts: Facts, call: Call) => number> = {
  'asks for a run': ({ runs }, { about }) => runs.filter(({ subject }) => subject.includes(String(about['asked']))).length,
  'asks for a credential': ({ requests }, { about }) => requests.filter(({ asked }) => asked?.includes(String(about['purpose'])) === true).length,
}

/** What is said when somebody writes the database or the folder past the program, or comes with what was never given out. */
const alarms: ReadonlySet<string> = new Set(['credential_required', 'state_tampered', 'request_tampered', 'history_rewritten', 'ledger_unavailable', 'database_damaged', 'assertion_invalid', 'internal'])

export function checkAnswers(facts: Facts): void {
  for (const call of facts.calls) {
    const { what, outcome, tries } = call
    if (outcome.kind === 'done') answered[what]?.(facts, call, outcome.value)
    for (const code of [...tries, outcome.kind === 'refused' ? outcome.code : '']) if (alarms.has(code)) facts.blame(`${call.actor} ${what}: was told ${code}, and nobody has done anything of the kind`)
    const times = happened[what]?.(facts, call)
    if (times === undefined) continue
    const carriedOut = outcome.kind === 'done' || outcome.kind === 'unknown' && outcome.code === 'answer_lost'
    if (times > 1) facts.blame(`${call.actor} ${what}: happened ${times} times in ${tries.length + 1} tries with one key`)
    if (carriedOut && times === 0) facts.blame(`${call.actor} ${what}: was said to be carried out, and was not`)
    if (outcome.kind === 'refused' && tries.length === 1 && times > 0) facts.blame(`${call.actor} ${what}: was refused (${outcome.code}), and happened`)
  }
  onceEach(facts)
}

/** Of the calls that want the same thing, one gets it. */
function onceEach(facts: Facts): void {
  const { calls, credentials, blame } = facts
  for (const [what, name] of [['starts the apply', 'run'], ['redeems a credential', 'request'], ['redeems the credential of a run', 'run'], ['sends a state', 'request']] as const) {
    const got = calls.filter((call) => call.what === what && call.outcome.kind === 'done').map(({ about }) => String(about[name]))
    for (const one of new Set(got)) if (got.filter((other) => other === one).length > 1) blame(`${one}: ${got.filter((other) => other === one).length} calls were answered with "${what}"`)
  }
  pair(facts, 'credential', credentials.map(({ id }) => id), ofType(facts, 'state.credential-issued').map(({ ids }) => ids['credential'] ?? ''))
  if (new Set(credentials.map(({ request }) => request)).size !== credentials.length) blame('two credentials came of one question')
}
