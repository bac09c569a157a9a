/** An UNLOCK whose answer was lost is sent again. It is answered as the first was, also where the lock had to be asked for twice. */
import { expect, it } from 'vitest'
import { ownedServer } from '../support/scratch-server.ts'
import { credentialFor, lock, lockInfo, post, stateText, unlock } from '../support/state-wire.ts'
import type { Credential, Info } from '../support/state-wire.ts'

it('a lock whose first question was overtaken by another write is given back twice, and the second time is no error', async () => {
  const { person, terminal } = await ownedServer({ stateLimits: { holdSeconds: 0 } })
  const [late, early] = [await credentialFor(person, terminal, 'shop/web'), await credentialFor(person, terminal, 'shop/web')]
  const [wanted, first] = [lockInfo(), lockInfo()]
  const ask = async (credential: Credential, info: Info) => person.countersign(String((await lock(credential, info)).body['ID']).split('/c/')[1] ?? '')
  await ask(late, wanted)
  await ask(early, first)
  expect((await lock(early, first)).status).toBe(200)
  expect((await post(early, first.ID, stateText(1, 'l'))).status).toBe(200)
  expect((await unlock(early, first)).status).toBe(200)
  // What was countersigned was about no state.
  await ask(late, wanted)
  expect((await lock(late, wanted)).status).toBe(200)
  expect([(await unlock(late, wanted)).status, (await unlock(late, wanted)).status]).toEqual([200, 200])
})
