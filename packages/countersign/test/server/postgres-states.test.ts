/** States behind two servers on one database: a lock has one holder, whichever of them is asked. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { openStateKeys } from '../../src/platform/envelope/index.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createLog } from '../../src/platform/log.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { startServer } from '../../src/server/start.ts'
import type { RunningServer } from '../../src/server/start.ts'
import { createDatabase } from '../support/database.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { credentialFor, lockInfo, post, send, stateText, unlock } from '../support/state-wire.ts'
import type { Credential } from '../support/state-wire.ts'

/** Both answer for the same name; requests say which of the two they are for. */
async function twoServers() {
  const { url: databaseUrl, drop } = await createDatabase('server')
  onTestFinished(drop)
  const [one, two] = [await freePort(), await freePort()]
  const [first, second] = [await scratchFolder('one'), await scratchFolder('two')]
  const start = async (dataDir: string, port: number, url: string): Promise<RunningServer> => {
    const server = await startServer({ dataDir, databaseUrl, addresses: [{ host: '127.0.0.1', port }], url, demonstration: true, log: createLog('silent'), stateLimits: { holdSeconds: 0 } })
    onTestFinished(() => server.close())
    return server
  }
  const url = `http://localhost:${one}`
  await start(first, one, url)
  // The keys are what servers share beside the database.
  await (await openStateKeys({ dataDir: first, protection: 'file', passphrase: null, clock: systemClock, random: systemRandom })).rotate()
  await cp(join(first, 'keys'), join(second, 'keys'), { recursive: true })
  const right = await start(second, two, url)
  const person = new SoftwarePerson(url)
  // The newest link is the one that works.
  await person.setUp(right.setupLink ?? '', 'Ada Owner')
  const terminal = await signInTerminal(url, (link) => person.allowTerminal(link))
  const at = (port: number, address: string): { address: string; headers: Record<string, string> } => ({ address: address.replace(`:${one}/`, `:${port}/`), headers: { host: `localhost:${one}` } })
  const lockAt = (port: number, credential: Credential, id: string) => {
    const { address, headers } = at(port, credential.address)
    return send('LOCK', address, credential, { body: JSON.stringify(lockInfo('OperationTypeApply', id)), headers })
  }
  return { person, terminal, one, two, at, lockAt }
}

it('of two that were both countersigned and come at the same moment, one gets the lock, and the other is told who has it', async () => {
  const { person, terminal, one, two, at, lockAt } = await twoServers()
  for (let round = 0; round < 2; round++) {
    const name = `shop/round-${round}`
    const credentials = [await credentialFor(person, terminal, name), await credentialFor(person, terminal, name)] as const
    const ids = [crypto.randomUUID(), crypto.randomUUID()] as const
    const ports = [one, two] as const
    for (const turn of [0, 1] as const) {
      const { body } = await lockAt(ports[turn], credentials[turn], ids[turn])
      await person.countersign(String(body['ID']).split('/c/')[1] ?? '')
    }
    const answers = await Promise.all([lockAt(one, credentials[0], ids[0]), lockAt(two, credentials[1], ids[1])])
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 423])
    const winner = answers[0].status === 200 ? 0 : 1
    expect(answers[1 - winner]?.body['ID']).toMatch(/held by Ada Owner since/)
    const [id, credential] = [ids[winner], credentials[winner]]
    const text = stateText(1, `lineage-${round}`)
    // Written at the one, read and unlocked at the other.
    expect((await post(credential, id, text)).status).toBe(200)
    const elsewhere = at(two, credential.address)
    expect((await send('GET', elsewhere.address, credential, { headers: elsewhere.headers })).text).toBe(text)
    expect((await unlock({ ...credential }, lockInfo('OperationTypeApply', id))).status).toBe(200)
  }
})
