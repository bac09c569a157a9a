/** An authenticator app set up from a terminal: transcripts of the built program, and what whoever stole that terminal has of it. */
import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { drawQr } from '../../src/cli/render/qr.ts'
import { codeAt, stepAt } from '../../src/identity/codes/one-time.ts'
import type { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { seedOf } from '../identity/codes/people.ts'
import { ownedServer } from '../support/scratch-server.ts'
import { signedIn } from './signed-in.ts'
import { buildFirst, hasScript, once, type Options, type Run, type Terminal } from './terminal.ts'

buildFirst()

// Bold on a screen.
const secretShown = /secret {3}(?:\u001b\[1m)?([A-Z2-7 ]{39})/
const fingerprintShown = /code of this app {3}(?:\u001b\[1m)?([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})/

/** What an app shows, this step and the one before. */
function pairOf(secret: string): [string, string] {
  const seed = seedOf(`otpauth://totp/x?secret=${secret.replaceAll(' ', '')}`)
  const now = stepAt(Date.now())
  return [codeAt(seed, now - 1), codeAt(seed, now)]
}

type Waiting = { id: string; label: string; fingerprint: string; fromTerminal: string }
const waitingOf = async (person: SoftwarePerson): Promise<Waiting[]> => (await person.must('GET', '/api/v1/authenticators'))['pendingApps'] as Waiting[]

async function vouch(person: SoftwarePerson, id: string, fingerprint?: string) {
  const at = `/api/v1/authenticator-apps/${id}/voucher`
  const begun = await person.call('POST', `${at}/begin`, fingerprint === undefined ? {} : { fingerprint })
  if (begun.status !== 200) return begun
  return await person.call('POST', `${at}/finish`, { ceremony: begun.body['ceremony'], response: person.sign((begun.body['voucher'] as { options: unknown }).options) })
}

/** Types two codes as soon as the secret is there; `then` is called with the code that the terminal shows at the end. */
async function enrol(at: Terminal, args: readonly string[] = [], { then, ...options }: Options & { then?: (fingerprint: string) => void } = {}): Promise<Run> {
  const type = once(secretShown, (secret, child) => void child.stdin?.write(`${pairOf(secret).join('\n')}\n`))
  const told = once(fingerprintShown, (fingerprint) => then?.(fingerprint))
  return await at.run(['codes', 'enrol', ...args], { typed: true, ...options, onOutput: (soFar, child) => { type(soFar, child); told(soFar, child) } })
}

describe('countersign codes enrol', () => {
  it('waits until a key lets the app in, by the code that the terminal shows', async () => {
    const { terminal: at, person, url } = await signedIn()
    const run = await enrol(at, ['--label', 'work phone'], { then: (fingerprint) => void waitingOf(person).then(async ([one]) => await vouch(person, one?.id ?? '', fingerprint)) })
    expect(run.code, run.all).toBe(0)
    expect(run.stdout).toContain(`->  ${url}/keys`)
    expect(run.stdout).toContain('The app counts now.')
    const listed = JSON.parse((await at.run(['codes', 'list', '--json'])).stdout) as { apps: unknown[]; pending: unknown[] }
    expect(listed).toMatchObject({ apps: [{ label: 'work phone', lastUsedAt: null }], pending: [] })
    expect((await person.must('GET', '/api/v1/notices'))['notices']).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'authenticator-waits' }), expect.objectContaining({ kind: 'authenticator-added' })]))
  })

  it('shows the address where nobody can see a picture, and keeps stdout to one document', async () => {
    const { terminal: at } = await signedIn()
    const run = await enrol(at, ['--json', '--no-wait'])
    expect(run.code, run.all).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ label: 'phone', status: 'waits', fingerprint: expect.stringMatching(/^[0-9A-Z-]{14}$/) })
    expect(run.stderr).toMatch(/otpauth:\/\/totp\/Countersign:\S+secret=[A-Z2-7]{32}/)
  })

  it('asks again after a wrong pair, and says so where the input ends', async () => {
    const { terminal: at } = await signedIn()
    const again = await at.run(['codes', 'enrol', '--no-wait'], { typed: true, onOutput: once(secretShown, (secret, child) => void child.stdin?.write(`${['123 456', '12', ...pairOf(secret)].join('\n')}\n`)) })
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('six digits')])
    expect([(await at.run(['codes', 'enrol'])).code, (await at.run(['codes', 'enrol'])).stderr]).toEqual([1, expect.stringContaining('(codes_needed)')])
  })

  it('ends with what is left to do when nobody vouches in time, or it was taken back', async () => {
    const late = await enrol((await signedIn()).terminal, ['--timeout', '1s'])
    expect([late.code, late.stdout]).toEqual([3, expect.stringContaining('It still waits')])
    const { terminal: at, person } = await signedIn()
    const taken = await enrol(at, [], { then: () => void waitingOf(person).then(async (all) => await person.must('DELETE', `/api/v1/authenticator-apps/${all.at(-1)?.id}`)) })
    expect([taken.code, taken.stderr]).toEqual([3, expect.stringContaining('(challenge_cancelled)')])
  })

  it.skipIf(!hasScript())('draws the QR code in a terminal that has room for it, and none with --no-qr or on a small one', async () => {
    const drawn = await enrol((await signedIn()).terminal, ['--no-wait'], { screen: [100, 40] })
    expect(drawn.code, drawn.all).toBe(0)
    expect(drawn.all.match(/\u001b\[30;107m[█▀▄ ]+\u001b\[0m/g)?.length).toBeGreaterThan(15)
    expect(drawn.all).not.toContain('otpauth:')
    for (const [args, screen] of [[['--no-qr'], [100, 40]], [[], [30, 10]]] as const) {
      const run = await enrol((await signedIn()).terminal, ['--no-wait', ...args], { screen })
      expect(run.all).toContain('otpauth:')
      expect(run.all).not.toContain('▀')
    }
  })
})

describe('whoever stole a terminal', () => {
  it('has an app that waits, which no touch of its person lets in without the code that only the thief\'s terminal shows', async () => {
    const { terminal, person } = await ownedServer()
    const shown = await terminal.must('POST', '/api/v1/authenticator-apps/begin', { label: 'phone' })
    const { pending } = await terminal.must('POST', '/api/v1/authenticator-apps/confirm', { ceremony: shown['ceremony'], codes: pairOf(String(new URL(String(shown['address'])).searchParams.get('secret'))) })
    const { id, fingerprint } = pending as Waiting
    expect(await waitingOf(person)).toMatchObject([{ id, fingerprint: '', fromTerminal: expect.stringContaining(' at ') }])
    expect((await vouch(person, id)).body).toMatchObject({ code: 'fingerprint_mismatch' })
    expect((await vouch(person, id, 'AAAA-AAAA-AAAA')).body).toMatchObject({ code: 'fingerprint_mismatch' })
    for (const step of ['begin', 'finish']) expect((await terminal.call('POST', `/api/v1/authenticator-apps/${id}/voucher/${step}`, step === 'begin' ? { fingerprint } : {})).body, step).toMatchObject({ code: expect.stringMatching(/origin_refused|session_required|invalid_request/) })
    expect((await person.must('GET', '/api/v1/notices'))['notices']).toMatchObject([{ kind: 'authenticator-waits', text: expect.stringContaining('sign that terminal out') }])
    await person.must('DELETE', `/api/v1/authenticator-apps/${id}`)
    expect(await waitingOf(person)).toEqual([])
  })
})

describe('countersign codes remove', () => {
  it('takes back what waits, and sends people to the page for what counts', async () => {
    const { terminal: at, person } = await signedIn()
    const waits = JSON.parse((await enrol(at, ['--json', '--no-wait'])).stdout) as { id: string; fingerprint: string }
    expect((await at.run(['codes', 'list'])).stdout).toContain(`${waits.id}  phone  (waits for a key)`)
    expect((await at.run(['codes', 'remove', waits.id])).stdout).toBe(`Taken back: ${waits.id}.\n`)
    expect((await at.run(['codes', 'list'])).stdout).toContain('You have no authenticator app.')
    const shown = await person.must('POST', '/api/v1/authenticator-apps/begin', { label: 'phone' })
    const seed = seedOf(String(shown['address']))
    const now = stepAt(Date.now())
    const { pending } = await person.must('POST', '/api/v1/authenticator-apps/confirm', { ceremony: shown['ceremony'], codes: [codeAt(seed, now), codeAt(seed, now + 1)] })
    await vouch(person, (pending as Waiting).id)
    const refused = await at.run(['codes', 'remove', (pending as Waiting).id])
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/\(countersignature_required\)[\s\S]*\/keys/)])
    expect((await at.run(['codes', 'remove', '../x'])).stderr).toContain('(argument_refused)')
  })
})

describe('a QR code', () => {
  const text = 'otpauth://totp/Countersign:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign'
  /** The modules that somebody sees: true is dark. */
  const seen = (lines: string[], drawnIsDark: boolean): boolean[][] => lines.flatMap((line) => {
    // eslint-disable-next-line no-control-regex
    const blocks = Array.from(line.replaceAll(/\u001b\[[0-9;]*m/g, ''))
    return [blocks.map((block) => '█▀'.includes(block) === drawnIsDark), blocks.map((block) => '█▄'.includes(block) === drawnIsDark)]
  })

  it('is the same whether it is drawn dark on light or light on dark, quiet zone and all', () => {
    const wanted = encode(text, { ecc: 'L', border: 2 }).data
    for (const colour of [true, false]) expect(seen(drawQr(text, { colour }), colour).slice(0, wanted.length)).toEqual(wanted)
  })

  it('fits, with what is asked below it, on a screen of 80 columns', () => {
    for (const line of drawQr(text, { colour: false })) expect(line.length).toBeLessThanOrEqual(80)
  })
})
