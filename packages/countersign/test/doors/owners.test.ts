/** Two owners: nobody comes in as a third on the word of one of them, and no app gives way to a key before its person could say no. */
import { describe, expect, it } from 'vitest'
import { codeAt, stepAt } from '../../src/identity/codes/one-time.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { change, invite, memberOf, recruit } from '../support/team.ts'
import { seedOf } from '../identity/codes/people.ts'

const hour = 3600_000

/** Ada and Ann own it; both have agreed that Bea becomes the third, and Ada makes the link. */
async function thirdInvited(clock = new HandClock()) {
  const { url, person: ada, server } = await ownedServer({ clock })
  const { person: ann, id: anns } = await recruit(ada, 'Ann', 'owner')
  const { code, person: beas } = await ada.must('POST', '/api/v1/members', { name: 'Bea', role: 'owner' })
  await ada.countersign(String(code))
  await ann.countersign(String(code))
  const link = String((await ada.must('POST', `/api/v1/members/${String(beas)}/link`, {}))['link'])
  return { url, clock, server, ada, ann, anns, beas: String(beas), link }
}

describe('a third owner', () => {
  it('is let in by two owners, each of whom was told the code', async () => {
    const { url, ada, ann, link } = await thirdInvited()
    const bea = new SoftwarePerson(url)
    const code = await bea.join(link)
    const { pending } = await memberOf(ada, 'Bea')
    expect([pending?.yours, (await memberOf(ann, 'Bea')).pending?.yours]).toEqual([true, false])
    expect(await ada.vouch(pending?.id ?? '', code)).toMatchObject({ status: 200, body: { entered: false } })
    await expect(bea.signIn()).rejects.toThrow('credential_unknown')
    expect(await memberOf(ann, 'Bea')).toMatchObject({ status: 'key waits', keys: 0, pending: { yours: true, vouched: true } })
    expect((await memberOf(ada, 'Bea')).pending).toMatchObject({ yours: false, vouched: true })

    expect((await ann.call('POST', `/api/v1/pending-keys/${pending?.id}/begin`, { code: 'AAAA-AAAA-AAAA' })).body).toMatchObject({ code: 'fingerprint_mismatch' })
    expect(await ann.vouch(pending?.id ?? '', code)).toMatchObject({ status: 200, body: { entered: true } })
    await bea.signIn()
    expect(await memberOf(ada, 'Bea')).toMatchObject({ status: 'active', keys: 1, pending: null })
  })

  it('is nobody whom the owner who made the link enrols in their place', async () => {
    const { url, ada, link } = await thirdInvited()
    const second = new SoftwarePerson(url)
    const code = await second.join(link)
    const { pending } = await memberOf(ada, 'Bea')
    for (const _ of [1, 2]) expect(await ada.vouch(pending?.id ?? '', code)).toMatchObject({ status: 200, body: { entered: false } })
    await expect(second.signIn()).rejects.toThrow('credential_unknown')
  })

  it('is not vouched for by another than the inviter first, nor by a manager second', async () => {
    const { url, ada, ann, link } = await thirdInvited()
    const { person: mia } = await recruit(ada, 'Mia', 'manager')
    const code = await new SoftwarePerson(url).join(link)
    const { pending } = await memberOf(ada, 'Bea')
    const tried = async (by: SoftwarePerson) => (await by.call('POST', `/api/v1/pending-keys/${pending?.id}/begin`, { code })).body['code']
    expect([await tried(ann), await tried(mia)]).toEqual(['pending_key_not_found', 'pending_key_not_found'])
    await ada.vouch(pending?.id ?? '', code)
    expect(await tried(mia)).toBe('pending_key_not_found')
  })

  it('waits for the second as long as the key does', async () => {
    const clock = new HandClock()
    const { url, ada, ann, link } = await thirdInvited(clock)
    const bea = new SoftwarePerson(url)
    const code = await bea.join(link)
    const { pending } = await memberOf(ada, 'Bea')
    await ada.vouch(pending?.id ?? '', code)
    clock.time += 71 * hour
    await ann.signIn()
    expect(await ann.vouch(pending?.id ?? '', code)).toMatchObject({ status: 200, body: { entered: true } })
    await bea.signIn()
  })

  it('comes with a key: an app, for which one would vouch, is refused', async () => {
    const { url, link } = await thirdInvited()
    const token = new URL(link).hash.slice(1)
    expect((await new SoftwarePerson(url).call('POST', '/api/v1/invitation/app/begin', { token, label: 'phone' })).body).toMatchObject({ code: 'voucher_invalid' })
  })

  it('is let in by the one owner there is, while there is one', async () => {
    const { person: ada } = await ownedServer()
    const { person: ann } = await recruit(ada, 'Ann', 'owner')
    expect((await ann.call('GET', '/api/v1/members')).status).toBe(200)
  })
})

describe('somebody who has an authenticator app alone', () => {
  it('gets no key from others before 48 hours in which it could be vetoed, and a new one is on probation', async () => {
    const clock = new HandClock()
    const { url, person: ada } = await ownedServer({ clock })
    const { id, link } = await invite(ada, 'Ben', 'operator')
    const token = new URL(link).hash.slice(1)
    const ben = new SoftwarePerson(url)
    const shown = await ben.must('POST', '/api/v1/invitation/app/begin', { token, label: 'phone' })
    const seed = seedOf(String(shown['address']))
    const now = stepAt(clock.time)
    const made = await ben.must('POST', '/api/v1/invitation/app/confirm', {
      token, ceremony: shown['ceremony'], codes: [codeAt(seed, now - 1), codeAt(seed, now)], password: 'seven geese by the mill', login: 'ben',
    })
    const pending = made['pending'] as { id: string; fingerprint: string }
    const at = `/api/v1/authenticator-apps/${pending.id}/voucher`
    const begun = await ada.must('POST', `${at}/begin`, { fingerprint: pending.fingerprint })
    await ada.must('POST', `${at}/finish`, { ceremony: begun['ceremony'], response: ada.sign((begun['voucher'] as { options: unknown }).options) })

    const linked = async () => (await ada.call('POST', `/api/v1/members/${id}/link`, {})).body
    expect(await linked()).toMatchObject({ code: 'member_has_keys', detail: expect.stringContaining('app') })
    await change(ada, `/api/v1/members/${id}/recovery`, { change: 'start' })
    expect(await linked()).toMatchObject({ code: 'recovery_not_open' })
    clock.time += 48 * hour
    await ada.signIn()
    const bens = new SoftwarePerson(url)
    const code = await bens.join(String((await linked())['link']))
    await ada.vouch((await memberOf(ada, 'Ben')).pending?.id ?? '', code)
    await bens.signIn()
    expect(await memberOf(ada, 'Ben')).toMatchObject({ keys: 1, apps: 0 })
  })
})
