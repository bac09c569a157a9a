/** Installations with more people in them: what the attacks on who may touch whom begin with. */
import { authenticator, personOf } from './authenticator.ts'
import { addApp, appOf, link, recoverByHost, remove, retireSite, revokeApp, settle, startRecovery, veto } from './people.ts'
import { alice, bob, installation, keys } from './scenario.ts'
import { World } from './world.ts'

export const mona = personOf('Mona')
export const dave = personOf('Dave')
export const erin = personOf('Erin')
export const monas = authenticator(mona, 'first')
export const daves = authenticator(dave, 'first')
export const davesNew = authenticator(dave, 'new')
export const erins = authenticator(erin, 'first')
export const bobsNew = authenticator(bob, 'new')
export const alicesApp = appOf(alice)
export const bobsApp = appOf(bob)
export const davesApp = appOf(dave)

/** Mona manages payments, and has brought in Dave, who approves there. Erin is known by a role, and has no key. */
export async function team(): Promise<World> {
  const world = await installation('team')
  await world.register(monas, keys.alice)
  await world.role(mona, 'manager', keys.alice, { scope: 'payments' })
  await world.register(daves, monas)
  await world.role(dave, 'approver', monas, { scope: 'payments/billing-prod' })
  await world.role(erin, 'auditor', keys.alice, { scope: 'network' })
  return world
}

/** Every kind of entry about people, once, in as few entries as that takes. */
export async function people(): Promise<World> {
  const world = new World('people')
  await world.genesis(keys.alice)
  await world.register(monas, keys.alice)
  await world.role(mona, 'manager', keys.alice, { scope: 'payments' })
  await world.register(daves, monas)
  await addApp(world, alicesApp, keys.alice)
  await startRecovery(world, dave, monas)
  await veto(world, dave, daves)
  await startRecovery(world, dave, keys.alice)
  settle(world)
  await world.register(davesNew, monas)
  await revokeApp(world, alicesApp, keys.alice)
  await link(world, mona, dave, keys.alice)
  await remove(world, dave, keys.alice)
  await world.addSite('countersign.example', ['https://countersign.example'], keys.alice)
  await retireSite(world, 'countersign.example', ['https://countersign.example'], keys.alice)
  return world
}

/** Alice alone, with an app. */
export async function withApp(): Promise<World> {
  const world = new World('attested')
  await world.genesis(keys.alice)
  await addApp(world, alicesApp, keys.alice)
  return world
}

export const recoveredKey = authenticator(alice, 'after the loss')

/** Alice alone, with an app; she lost her key, and the host vouched for another. */
export async function recovered(early = true): Promise<World> {
  const world = new World('recovered')
  await world.genesis(keys.alice)
  await addApp(world, alicesApp, keys.alice)
  await recoverByHost(world, recoveredKey)
  if (early) settle(world)
  return world
}
