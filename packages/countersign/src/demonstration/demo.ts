/**
 * `countersign demo`: the main job on real input, in scratch folders. A real server, the real command line, the real terraform;
 * the person is you with your own passkey, or a software key that says so.
 *
 * It ends with 0 only if every step happened and every attempt was made and refused, each for its own reason.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { setTimeout } from 'node:timers/promises'
import { findEngine } from '../engine/binary/find.ts'
import { EngineError } from '../engine/index.ts'
import { changeSentence, escapeText } from '../plan/index.ts'
import { attempt } from './attempts.ts'
import type { Refusal } from './attempts.ts'
import { cli, stopChildren, succeeds } from './child.ts'
import { evidencePath, finishApply, startApply } from './main-run.ts'
import type { Applied, Waiting } from './main-run.ts'
import { createScreen } from './screen.ts'
import type { Screen } from './screen.ts'
import { SoftwarePerson } from './software-person.ts'
import { openPlace, prepareWorkspace, signIn } from './stage.ts'
import type { Place, Stage } from './stage.ts'
import { stolenPlan } from './stolen-plan.ts'
import { tokenAndKey, tokenOnly } from './thieves.ts'
import { workspaceName } from './workspace.ts'

/** The person on the stage: how they are set up, how they sign a terminal in, how they answer. */
type Cast = {
  own: boolean
  setUp(place: Place): Promise<void>
  open(link: string): Promise<unknown>
  answer(waiting: Waiting): Promise<unknown>
}

export async function demo(options: { auto: boolean }): Promise<number> {
  const screen = createScreen()
  const program = engineOrNull(screen)
  if (program === null) return 1
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-demo-'))
  const places: Place[] = []
  const cleanUp = async (): Promise<void> => {
    stopChildren()
    await Promise.all(places.map((place) => place.server.close().catch(() => undefined)))
    rmSync(scratch, { recursive: true, force: true })
  }
  process.once('SIGINT', () => void cleanUp().finally(() => process.exit(130)))
  try {
    return await play(screen, program, scratch, places, options.auto || !process.stdin.isTTY || !process.stdout.isTTY)
  } catch (error) {
    screen.say(`\n${screen.bad('The demonstration stopped:')} ${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    await cleanUp()
  }
}

function engineOrNull(screen: Screen): string | null {
  try {
    return findEngine(process.env, process.cwd())
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    screen.say(error.message)
    return null
  }
}

async function play(screen: Screen, program: string, scratch: string, places: Place[], auto: boolean): Promise<number> {
  const place = await openPlace(folder(scratch, 'stage'))
  places.push(place)
  screen.say(`${screen.strong('Countersign')} on ${place.url}   ${screen.faint('(scratch data, deleted at the end)')}`)
  const cast = auto ? softwareCast(place.url) : await chooseCast(screen, place.url)
  await cast.setUp(place)
  const stage = await signIn(place, (link) => cast.open(link))
  const wrong: Refusal[] = []

  const stolen = stolenPlan(workspaceName)
  screen.step(1, 'Stolen credentials')
  show(screen, wrong, await tokenOnly(stage))
  show(screen, wrong, await tokenAndKey(stage, stolen.claims, stolen.plan))

  await prepareWorkspace(stage, program)
  const trust = join(stage.scratch, 'trust.json')
  await succeeds('countersign trust export', cli(['trust', 'export', '--server', stage.url, '-o', trust], stage))
  const applied = await mainRun(screen, stage, cast)

  screen.step(4, 'Ten swaps and replays')
  const refusals = cast.own
    ? await onAnotherStage(program, folder(scratch, 'copy'), places, screen)
    : await attempt(stage, software(cast), applied, { file: applied.evidence, trust })
  for (const refusal of refusals) show(screen, wrong, refusal)
  if (refusals.length !== 10) wrong.push({ what: 'number of attempts', by: '', code: String(refusals.length), expected: '10' })
  screen.say(`   ${refusals.length} tried, ${refusals.filter((one) => one.code === one.expected).length} refused.`)

  const verdict = await verifyOffline(screen, stage, applied, trust)
  const expected = cast.own ? 'VALID' : 'DEMONSTRATION'
  if (verdict !== expected) wrong.push({ what: 'the verdict', by: 'verify', code: verdict, expected })
  return finish(screen, wrong)
}

async function mainRun(screen: Screen, stage: Stage, cast: Cast): Promise<Applied> {
  const waiting = await startApply(stage, ['--evidence', evidencePath(stage)])
  const { summary, risk } = waiting.subject
  screen.step(2, `Your change to ${screen.strong(workspaceName)}:  ${changeSentence(summary)}   ${screen.faint(`risk ${risk.level}`)}`)
  for (const one of summary.critical.slice(0, 4)) screen.say(`     ${screen.bad('CRITICAL')}  ${escapeText(one.address)} ${escapeText(inWords(one.reason))}`)
  screen.say(`     what you sign   ${screen.strong(waiting.code)}      ->  ${waiting.link}`)
  const clock = screen.waiting(cast.own ? 'waiting for you' : 'the software key countersigns')
  await cast.answer(waiting)
  await waiting.child.says(/countersigned, \d/)
  clock.end(`     ${screen.good('countersigned')}, ${new Date().toTimeString().slice(0, 8)}`)
  const applied = await finishApply(stage, waiting)
  screen.step(3, `${screen.good('Applied')} exactly that file.`)
  return applied
}

/** Your own passkey is not asked ten times: the attempts are made on a second server, with a software key. */
async function onAnotherStage(program: string, scratch: string, places: Place[], screen: Screen): Promise<Refusal[]> {
  screen.say(`   ${screen.faint('(on a second scratch server, with a software key: your passkey is not asked again)')}`)
  const place = await openPlace(scratch)
  places.push(place)
  const person = new SoftwarePerson(place.url)
  await person.setUp(place.server.setupLink ?? '', 'Demonstration')
  const stage = await signIn(place, (link) => person.allowTerminal(link))
  await prepareWorkspace(stage, program)
  const trust = join(stage.scratch, 'trust.json')
  await succeeds('countersign trust export', cli(['trust', 'export', '--server', stage.url, '-o', trust], stage))
  const waiting = await startApply(stage, ['--evidence', evidencePath(stage)])
  await person.countersign(waiting.code)
  const applied = await finishApply(stage, waiting)
  return attempt(stage, person, applied, { file: applied.evidence, trust })
}

async function verifyOffline(screen: Screen, stage: Stage, applied: Applied, trust: string): Promise<string> {
  const { stdout } = await cli(['verify', applied.evidence, '--trust', trust, '--json'], stage).ended
  const verdict = JSON.parse(stdout) as {
    verdict: string; message: string
    consent: { who: { person: { name: string }; how: string; recordedAt: string; key: { label: string; alg: string; demonstration: boolean } }[] } | null
    effect: { outcome: string; reportedAt: string | null } | null
  }
  const says =
    verdict.verdict === 'VALID'
      ? screen.good('VALID offline')
      : verdict.verdict === 'DEMONSTRATION'
        ? 'consistent; DEMONSTRATION'
        : screen.bad(verdict.verdict)
  screen.step(5, `evidence.json   ${says}`)
  for (const one of verdict.consent?.who ?? []) {
    screen.say(`     consent   ${escapeText(one.person.name)}, ${one.how}, ${one.recordedAt} (the server's time)`)
    screen.say(
      `               over ${applied.code}, with ${escapeText(one.key.label)} (${one.key.alg}${one.key.demonstration ? ', a software key' : ', device properties are claimed'})`,
    )
  }
  screen.say(
    `     effect    reported by the terminal: ${verdict.effect?.outcome ?? 'nothing'}${verdict.effect?.reportedAt ? `, ${verdict.effect.reportedAt}` : ''}`,
  )
  return verdict.verdict
}

/** A reason begins with its code, for programs. */
function inWords(reason: string): string {
  return reason.replace(/^provisioner_runs: /, 'runs ').replace(/^[a-z_]+: /, '')
}

function finish(screen: Screen, wrong: readonly Refusal[]): number {
  for (const { what, code, expected } of wrong) screen.say(`${screen.bad('NOT AS IT SHOULD BE')}  ${what}: ${code}, expected ${expected}`)
  if (wrong.length > 0) return 1
  screen.say(`\nNext: npm start, npm link -w countersign, countersign login; then cd your-repo && countersign apply    ${screen.faint('(your state stays where it is)')}`)
  return 0
}

function show(screen: Screen, wrong: Refusal[], refusal: Refusal): void {
  if (refusal.code === refusal.expected) return screen.refused(refusal.what, refusal.by, refusal.code)
  wrong.push(refusal)
  screen.say(`   ${refusal.what}: ${screen.bad(refusal.code)} instead of ${refusal.expected}`)
}

// --- who plays ---

const people = new WeakMap<Cast, SoftwarePerson>()

function softwareCast(url: string): Cast {
  const person = new SoftwarePerson(url)
  const cast: Cast = {
    own: false,
    setUp: (place) => person.setUp(place.server.setupLink ?? '', 'Demonstration'),
    open: (link) => person.allowTerminal(link),
    answer: (waiting) => person.countersign(waiting.code),
  }
  people.set(cast, person)
  return cast
}

function software(cast: Cast): SoftwarePerson {
  const person = people.get(cast)
  if (!person) throw new Error('this part is played by the software key')
  return person
}

async function chooseCast(screen: Screen, url: string): Promise<Cast> {
  screen.say('   press Enter to use your own passkey or security key in the browser, or s and Enter for the demonstration\'s software key')
  const pressed = await nextLine()
  return pressed.trim().toLowerCase().startsWith('s') ? softwareCast(url) : ownCast(screen, url)
}

function ownCast(screen: Screen, url: string): Cast {
  const open = async (link: string): Promise<void> => {
    const { default: openLink } = await import('open')
    const child = await openLink(link).catch(() => null)
    child?.once('error', () => undefined)
    child?.unref()
  }
  return {
    own: true,
    async setUp(place) {
      screen.say(`     set-up          ->  ${place.server.setupLink ?? url}`)
      await open(place.server.setupLink ?? url)
      const clock = screen.waiting('waiting for your first key')
      while (!(await place.server.parts.identity.setUp.done())) await setTimeout(300)
      clock.end('     enrolled: that key is genesis of this scratch server')
    },
    async open(link) {
      screen.say(`     terminal        ->  ${link}`)
      await open(link)
    },
    async answer(waiting) {
      screen.say('     press Enter to open it')
      const stop = new AbortController()
      void nextLine(stop.signal).then(() => open(waiting.link)).catch(() => undefined)
      await waiting.child.says(/countersigned, \d|denied|expired|said no/)
      stop.abort()
    },
  }
}

async function nextLine(signal?: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin })
  try {
    return await lines.question('', signal ? { signal } : {})
  } finally {
    lines.close()
  }
}

function folder(scratch: string, name: string): string {
  const path = join(scratch, name)
  mkdirSync(path, { mode: 0o700 })
  return path
}
