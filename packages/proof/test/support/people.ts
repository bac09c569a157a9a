/** What happens to people: removal, recovery, links, authenticator apps, and the host's word. Told, not verified. */
import { canonicalText, type Countersignature, type JsonObject, type NamedPerson, probationLasts, type RegistrationSubject, type TotpSubject } from '../../src/index.ts'
import { type Authenticator, idOf } from './authenticator.ts'
import { type App, besides, type Besides, type Lies, policyRef, type Signing, type World } from './world.ts'

export const appOf = (person: NamedPerson, label = 'phone'): App => ({ id: idOf('aut', `app ${person.id} ${label}`), person, label })

/** A change that a policy governs, signed by the one who asked for it. */
async function change(world: World, members: JsonObject, by: Authenticator, over: JsonObject, { also, ...lies }: Lies & Besides): Promise<void> {
  const common = { ...world.common, request: world.requestId(), requester: by.person.id, policy: policyRef() }
  await world.enter({ ...common, ...members, ...over }, [{ by, role: 'self', ...lies }, ...besides(also)])
}

export const remove = (world: World, person: NamedPerson, by: Authenticator, over: JsonObject = {}, lies: Lies & Besides = {}): Promise<void> =>
  change(world, { kind: 'removal', action: 'member.remove', person: person.id }, by, over, lies)

export const startRecovery = (world: World, person: NamedPerson, by: Authenticator, over: JsonObject = {}, lies: Lies = {}): Promise<void> =>
  change(world, { kind: 'recovery', action: 'member.recover', person: person.id, change: 'start' }, by, over, lies)

export const veto = (world: World, person: NamedPerson, by: Authenticator, over: JsonObject = {}): Promise<void> =>
  change(world, { kind: 'recovery', action: 'member.recover', person: person.id, change: 'veto' }, by, over, {})

export const link = (world: World, person: NamedPerson, same: NamedPerson, by: Authenticator, over: JsonObject = {}, lies: Lies & Besides = {}): Promise<void> =>
  change(world, { kind: 'link', action: 'member.link', person: person.id, same: same.id }, by, over, lies)

export const retireSite = (world: World, rpId: string, origins: string[], by: Authenticator, over: JsonObject = {}, lies: Besides = {}): Promise<void> =>
  change(world, { kind: 'relying-party', action: 'relying-party.change', change: 'retire', rpId, origins }, by, over, lies)

export const revokeApp = (world: World, app: App, by: Authenticator, over: JsonObject = {}): Promise<void> => {
  const members = { kind: 'revocation', action: 'authenticator.change', person: app.person.id, authenticator: app.id, credential: '', reason: 'lost' }
  return change(world, members, by, over, {})
}

/** An app of a person, vouched for by a key. */
export async function addApp(world: World, app: App, voucher: Authenticator, over: Partial<TotpSubject> = {}, signings?: readonly Signing[]): Promise<void> {
  const subject: TotpSubject = {
    ...world.common,
    kind: 'totp',
    action: 'authenticator.change',
    request: world.requestId(),
    person: app.person,
    authenticator: app.id,
    label: app.label,
    voucher: { person: voucher.person.id, credential: voucher.credential.id },
    ...over,
  }
  await world.enter(subject, signings ?? [{ by: voucher, role: 'voucher' }])
}

/** A key that the host vouches for. `accepted`: whether the trust file of the world names the head after it. */
export async function recoverByHost(world: World, by: Authenticator, over: Partial<RegistrationSubject> = {}, lies: Lies & { accepted?: boolean } = {}): Promise<void> {
  const { accepted = true, ...told } = lies
  const subject = { ...world.enrolment(by), kind: 'registration' as const, voucher: { person: by.person.id, credential: '' }, ...over }
  await world.enter(subject, [
    { by, role: 'possession' },
    { host: by.person, role: 'voucher', ...told },
  ])
  if (accepted) world.recoveries.push(world.heads.at(-1) ?? '')
}

/** Time in which whatever is on probation, or waits, is through. */
export const settle = (world: World): void => world.tick(probationLasts)

/** A server that says something else in a word than it signed. */
export const said = (change: JsonObject) => (made: Countersignature): Countersignature =>
  JSON.parse(canonicalText({ ...made, ...change })) as Countersignature
