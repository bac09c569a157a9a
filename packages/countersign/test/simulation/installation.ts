/**
 * What every schedule begins with: an installation that was set up over HTTP as people do it, and then closed. Its people are signed in,
 * have keys and apps, and a credential each for the states of two workspaces. A program of its own (grounds.ts starts it): what a server
 * leaves behind in a process would make each schedule slower.
 */
import { DatabaseSync } from '@photostructure/sqlite'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret } from 'otpauth'
import { codeAt } from '../../src/identity/codes/one-time.ts'
import { stepAt, createSoftwareAuthenticator } from '../../src/identity/index.ts'
import type { Actor, ExportedAuthenticator } from '../../src/identity/index.ts'
import type { Place } from '../../src/gate/index.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import type { RunningServer } from '../../src/server/start.ts'
import { freePort, HandClock } from '../support/scratch-server.ts'
import { memberOf, recruit, terminalOf } from '../support/team.ts'

export type Credential = { id: string; password: string; workspace: string }
export type Person = { name: string; key: ExportedAuthenticator; /** Of their app, hex; "" where they have none. */ seed: string; browser: Actor; terminal: Actor; credentials: Readonly<Record<string, Credential>> }
export type Installation = { dataDir: string; place: Place; /** The text of the policy in force. */ policy: string; startsAt: number; ada: Person; ben: Person; cleo: Person }

/** A code is enough in dev; prod takes somebody else as well; in the sandbox nobody is asked. */
const policy = `version: 1
demonstration: true
environments:
  - name: dev
    workspaces: ["*/dev"]
  - name: sandbox
    workspaces: ["*/sandbox"]
rules:
  - name: the sandbox is free
    when: { action: [run.apply, state.write, state.plan, state.read], environment: sandbox }
    then: allow
  - name: a code is enough in dev
    when: { action: run.apply, environment: dev }
    then: countersign
    require: { phishing-resistant: false, fresh: 10m }
  - name: two people
    when: { action: run.apply }
    then: countersign
    require: { approvals: 1, approver-role: approver, fresh: 10m }
  - name: a person
    when: { action: [state.credential, state.plan, state.read, state.write] }
    then: countersign
`

const HOUR = 3600_000

async function install(dataDir: string): Promise<Installation> {
  await writeFile(join(dataDir, 'policy.yaml'), policy, { mode: 0o600 })
  const clock = new HandClock()
  const port = await freePort()
  const server = await startServer({ dataDir, addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, demonstration: true, log: createLog('silent'), clock })
  try {
    const ada = new SoftwarePerson(server.url, createSoftwareAuthenticator({ seed: 'ada', algorithms: ['ES256'] }))
    await ada.setUp(server.setupLink ?? '', 'Ada Owner')
    const ben = (await recruit(ada, 'Ben Operator', 'operator', '', createSoftwareAuthenticator({ seed: 'ben', algorithms: ['EdDSA'] }))).person
    const cleo = (await recruit(ada, 'Cleo Approver', 'approver', '', createSoftwareAuthenticator({ seed: 'cleo', algorithms: ['ES256'] }))).person
    const seeds = [await app(ada, clock), await app(ben, clock)]
    const terminals = [await terminalOf(ada), await terminalOf(ben)]
    // Times are compared with steps of 30 s and days: every installation stands at the same place in both.
    clock.time = Math.ceil(clock.time / HOUR) * HOUR + HOUR
    for (const person of [ada, ben, cleo]) await person.signIn()
    const member = async (name: string) => ({ name, id: (await memberOf(ada, name)).id })
    const cast = [
      await personOf(server, ada, await member('Ada Owner'), seeds[0] ?? '', terminals[0]?.key.thumbprint ?? ''),
      await personOf(server, ben, await member('Ben Operator'), seeds[1] ?? '', terminals[1]?.key.thumbprint ?? ''),
      await personOf(server, cleo, await member('Cleo Approver'), '', ''),
    ] as const
    const { place } = server.parts
    await server.close()
    await forgetCheckpoints(dataDir)
    return { dataDir, place, policy, startsAt: clock.time, ada: cast[0], ben: cast[1], cleo: cast[2] }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** All but the newest: each is verified at each start of a server, and no schedule is about these. */
async function forgetCheckpoints(dataDir: string): Promise<void> {
  const folder = join(dataDir, 'checkpoints')
  for (const name of (await readdir(folder)).toSorted().slice(0, -1)) await rm(join(folder, name))
  const database = new DatabaseSync(join(dataDir, 'countersign.db'))
  database.exec('delete from ledger_checkpoint where size < (select max(size) from ledger_checkpoint)')
  database.close()
}

async function app(person: SoftwarePerson, clock: HandClock): Promise<string> {
  const shown = await person.must('POST', '/api/v1/authenticator-apps/begin', { label: 'phone' })
  const seed = new Uint8Array(Secret.fromBase32(String(shown['secret']).replaceAll(' ', '')).buffer)
  const step = stepAt(clock.now())
  const { pending } = await person.must('POST', '/api/v1/authenticator-apps/confirm', { ceremony: shown['ceremony'], codes: [codeAt(seed, step - 1), codeAt(seed, step)] })
  const { id } = pending as { id: string }
  const begun = await person.must('POST', `/api/v1/authenticator-apps/${id}/voucher/begin`, {})
  await person.must('POST', `/api/v1/authenticator-apps/${id}/voucher/finish`, { ceremony: begun['ceremony'], response: person.sign((begun['voucher'] as { options: unknown }).options) })
  return Buffer.from(seed).toString('hex')
}

async function personOf(server: RunningServer, person: SoftwarePerson, { id, name }: { id: string; name: string }, seed: string, thumbprint: string): Promise<Person> {
  const { identity, useCases } = server.parts
  const [session] = (await identity.sessions.list(id)).toSorted((a, b) => b.createdAt - a.createdAt)
  const roles = name === 'Ada Owner' ? ['owner'] : []
  const source = { address: '127.0.0.1', client: 'simulation' }
  const common = { kind: 'person' as const, id, name, roles, source, authTime: session?.authTime ?? 0 }
  const browser: Actor = { ...common, via: 'browser', session: session?.id ?? '', executor: '' }
  const terminal: Actor = { ...common, via: 'terminal', session: 'tok_simulation', executor: thumbprint }
  const credentials: Record<string, Credential> = {}
  for (const workspace of thumbprint === '' ? [] : ['shop/sandbox', 'shop/dev']) {
    const asked = await useCases.state.askCredential.run(terminal, { action: 'state.credential', workspace, whole: false, phase: 'apply', tier: 'full', replace: false, purpose: '' })
    await person.countersign(asked.code)
    const issued = await useCases.state.redeemCredential.run(terminal, { id: asked.id })
    credentials[workspace] = { id: issued.id, password: issued.password, workspace }
  }
  return { name, key: person.key.export(), seed, browser, terminal, credentials }
}

const [dataDir = ''] = process.argv.slice(2)
await writeFile(join(dataDir, 'installation.json'), JSON.stringify(await install(dataDir)), { mode: 0o600 })
// A held connection of somebody's agent keeps a process alive; this one has done what it was for.
process.exit(0)
