/** Signing a terminal in without a browser, and staying signed in: transcripts of the built program against a real server. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { scratchServer } from '../support/scratch-server.ts'
import { signedIn } from './signed-in.ts'
import { buildFirst, once, terminal, type Terminal } from './terminal.ts'

buildFirst()

type Token = { accessToken: string; expiresAt: string; refreshToken: string; signedInUntil: string }
const tokenFile = (at: Terminal): string => {
  const servers = join(at.home, 'config/countersign/servers')
  return join(servers, readdirSync(servers)[0] ?? '', 'token.json')
}
const tokenOf = (at: Terminal): Token => JSON.parse(readFileSync(tokenFile(at), 'utf8')) as Token
const setToken = (at: Terminal, change: Partial<Token>): void => writeFileSync(tokenFile(at), JSON.stringify({ ...tokenOf(at), ...change }))
const past = '2020-01-01T00:00:00.000Z'

async function owned(deviceGrant: boolean) {
  const scratch = await scratchServer({ programs: { deviceGrant } })
  const person = new SoftwarePerson(scratch.url)
  await person.setUp(scratch.server.setupLink ?? '', 'Ada Owner')
  return { ...scratch, person, at: await terminal({ COUNTERSIGN_SERVER: scratch.url }) }
}

describe('countersign login --device', () => {
  it('shows an address, a code and its own key, and is signed in once the code was typed elsewhere', async () => {
    const { url, person, at } = await owned(true)
    const shown: Record<string, unknown>[] = []
    const run = await at.run(['login', '--device'], {
      onOutput: once(/\n {2}([A-Z]{4}-[A-Z]{4})\n/, (code) => void person.must('POST', '/api/v1/devices/lookup', { code }).then(async (device) => {
        shown.push(device)
        await person.must('POST', '/api/v1/devices/answer', { code, decision: 'allow' })
      })),
    })
    expect(run.code, run.all).toBe(0)
    expect(run.stdout).toContain(`${url}/device\n`)
    expect(run.stdout).not.toContain('user_code=')
    expect(run.stdout).toContain(String(shown[0]?.['thumbprint']))
    expect((await at.run(['whoami'])).stdout).toContain('Ada Owner')
  })

  it('says so where the server does not allow it', async () => {
    const run = await (await owned(false)).at.run(['login', '--device'])
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('(device_off)')])
  })

  it('ends when the person says no, and at Ctrl-C', async () => {
    const { person, at } = await owned(true)
    const denied = await at.run(['login', '--device'], { onOutput: once(/\n {2}([A-Z]{4}-[A-Z]{4})\n/, (code) => void person.must('POST', '/api/v1/devices/answer', { code, decision: 'deny' })) })
    expect([denied.code, denied.stderr]).toEqual([1, expect.stringContaining('(login_denied)')])
    const interrupted = await at.run(['login', '--device'], { onOutput: once(/(waiting)/, (_, child) => child.kill('SIGINT')) })
    expect(interrupted.stderr).toContain('(interrupted)')
  })
})

describe('a terminal stays signed in', () => {
  it('by renewing its token when that ends, and shows until when that goes', async () => {
    const { terminal: at } = await signedIn()
    const before = tokenOf(at)
    expect(Date.parse(before.signedInUntil) - Date.parse(before.expiresAt)).toBeGreaterThan(6 * 60 * 60_000)
    setToken(at, { expiresAt: past })
    const run = await at.run(['whoami', '--json'])
    expect(JSON.parse(run.stdout)).toMatchObject({ expiresAt: before.signedInUntil })
    expect(tokenOf(at).accessToken).not.toBe(before.accessToken)
    expect(tokenOf(at).refreshToken).not.toBe(before.refreshToken)
  })

  it('also when only the server knows that the token has ended', async () => {
    const { terminal: at } = await signedIn()
    setToken(at, { accessToken: 'cs_at_of_yesterday' })
    expect((await at.run(['whoami'])).stdout).toContain('Ada Owner')
  })

  it('when several commands renew at once: one does, and none looks like a thief', async () => {
    const { terminal: at, server } = await signedIn()
    setToken(at, { expiresAt: past })
    const runs = await Promise.all([1, 2, 3, 4].map(async () => await at.run(['whoami'])))
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([1, 2, 3, 4].map(() => [0, '']))
    const rows = await server.parts.base.store.read((db) => db.selectFrom('terminal_token').selectAll().execute())
    expect([rows.length, rows.filter((row) => row.ended_at !== null).length]).toEqual([2, 0])
  })

  it('until a copied refresh token is used: then both are out, and the terminal is told to sign in again', async () => {
    const { terminal: at } = await signedIn()
    const copied = tokenOf(at)
    setToken(at, { expiresAt: past })
    expect((await at.run(['whoami'])).code).toBe(0)
    const good = tokenOf(at)
    setToken(at, { ...copied, expiresAt: past })
    expect((await at.run(['whoami'])).stderr).toContain('(token_invalid)')
    setToken(at, good)
    const out = await at.run(['whoami'])
    expect(out.stderr).toContain('(token_invalid)')
    expect(out.stderr).toContain('countersign login')
  })

  it('and not after the sign-in itself is over', async () => {
    const { terminal: at } = await signedIn()
    setToken(at, { expiresAt: past, signedInUntil: past })
    expect((await at.run(['whoami'])).stderr).toContain('(not_signed_in)')
  })
})

describe('countersign terminals', () => {
  it('lists what is signed in, marks this one, and signs another out for good', async () => {
    const { terminal: at, person, url } = await signedIn()
    const other = await terminal({ COUNTERSIGN_SERVER: url })
    const { signIn } = await import('./signed-in.ts')
    await signIn(other, person)
    const listed = JSON.parse((await at.run(['terminals', '--json'])).stdout) as { id: string; thisTerminal: boolean }[]
    expect(listed.map(({ thisTerminal }) => thisTerminal).toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true])
    expect((await at.run(['terminals'])).stdout).toContain('(this one)')
    const id = listed.find(({ thisTerminal }) => !thisTerminal)?.id ?? ''
    expect((await at.run(['terminals', '--end', id])).stdout).toContain(`Signed out ${id}`)
    expect((await other.run(['whoami'])).stderr).toContain('(token_invalid)')
    expect((await at.run(['whoami'])).code).toBe(0)
    expect((await at.run(['terminals', '--end', '../runs'])).stderr).toContain('(argument_refused)')
  })

  it('and doctor tell where the key is: in a file here, where no keychain can be used', async () => {
    const { terminal: at } = await signedIn()
    const findings = JSON.parse((await at.run(['doctor', '--json'])).stdout) as { what: string; says: string; fix: string }[]
    expect(findings.find(({ what }) => what === 'key')?.says).toMatch(/in a file|keychain/)
  })
})
