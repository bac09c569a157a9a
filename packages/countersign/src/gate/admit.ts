/**
 * The first question of every use case: may this actor ask for this action at all?
 *
 * `Authorized<A>` can only be made here: a handler that wants one for 'policy.change' cannot be called with a promise
 * that somebody was checked elsewhere. It proves permission to *ask*; what needs a countersignature is decided after it.
 */
import type { Actor, Via } from '../identity/actor.ts'
import type { Db, Tx } from '../platform/store/store.ts'
import { rowOf } from './catalogue.ts'
import type { ActionName } from './catalogue.ts'
import { GateError } from './errors.ts'
import type { GateDeps } from './ports.ts'

declare const admitted: unique symbol

export type Authorized<A extends ActionName> = { readonly [admitted]: A; readonly action: A; readonly actor: Actor }

export type UseCase<A extends ActionName, I, O> = {
  readonly name: string
  readonly action: A
  run(actor: Actor | null, input: I): Promise<O>
}

type AdmitDeps = Pick<GateDeps, 'store' | 'ledger' | 'people' | 'telemetry'>

/** A use case is its action and its handler; the handler is out of reach for anybody the gate does not admit. */
export function useCase<A extends ActionName, I, O>(
  deps: AdmitDeps,
  name: string,
  action: A,
  handler: (authorized: Authorized<A>, input: I) => Promise<O>,
): UseCase<A, I, O> {
  const admitted = async (actor: Actor | null, input: I): Promise<O> => handler(await admit(deps, actor, action), input)
  return { name, action, run: (actor, input) => (deps.telemetry ? deps.telemetry.useCase(name, action, () => admitted(actor, input)) : admitted(actor, input)) }
}

/**
 * Whether the actor may ask for this over that scope ("project/name", or "" for the organisation), as the caller's transaction
 * sees the directory. Admission only knows that they hold such a role over something.
 */
export async function permitted(deps: Pick<GateDeps, 'people'>, db: Db | Tx, { action, actor }: Authorized<ActionName>, over: string): Promise<boolean> {
  const roles = await deps.people.rolesOf(db, actor.id, over)
  return roles.some((role) => rowOf(action).roles.includes(role))
}

/** Over which scopes the actor may do this: "" is everything. */
export async function scopesOf(deps: Pick<GateDeps, 'people'>, db: Db | Tx, { action, actor }: Authorized<ActionName>): Promise<readonly string[]> {
  const held = (await deps.people.held(db, actor.id)).filter(({ role }) => rowOf(action).roles.includes(role))
  return held.some(({ scope }) => scope === '') ? [''] : [...new Set(held.map(({ scope }) => scope))]
}

/** The same as a refusal. */
export async function permits(deps: Pick<GateDeps, 'people'>, db: Db | Tx, by: Authorized<ActionName>, over: string): Promise<void> {
  if (!(await permitted(deps, db, by, over))) throw notPermitted(by.action, over)
}

function notPermitted(action: ActionName, over: string): GateError {
  const row = rowOf(action)
  const where = over === '' ? '' : ` over ${over}`
  return new GateError('not_permitted', `You may not ${row.says}${over === '' ? '' : ` in ${over}`}: it takes the role ${row.roles.join(' or ')}${where}.`, 'Ask an owner or a manager of this installation.')
}

async function admit<A extends ActionName>(deps: AdmitDeps, actor: Actor | null, action: A): Promise<Authorized<A>> {
  const row = rowOf(action)
  if (!actor) {
    throw new GateError('session_required', `You are not signed in, so you cannot ${row.says}.`, 'Sign in (in a terminal: countersign login) and try again.')
  }
  const refusal = await refusalOf(deps, actor, action)
  if (!refusal) return { action, actor } as Authorized<A>
  await deps.store.write((tx) =>
    deps.ledger.append(tx, {
      type: 'gate.denied',
      ids: { person: actor.id },
      details: { action, code: refusal.code, via: actor.via, address: actor.source.address },
    }),
  )
  throw refusal
}

const channels: Readonly<Record<Via, string>> = { browser: 'browser', terminal: 'terminal', bearer: 'token without a key', state: 'state credential' }

/** Roles are read from the directory as it is now, never from what the session remembered at sign-in. */
async function refusalOf(deps: AdmitDeps, actor: Actor, action: ActionName): Promise<GateError | null> {
  const row = rowOf(action)
  if (!row.via.includes(actor.via)) {
    return new GateError(
      'wrong_channel',
      `A ${channels[actor.via]} cannot ${row.says}.`,
      actor.via === 'terminal' ? 'Do it in the browser, where you are signed in with your own key.' : 'Do it from a terminal that is signed in.',
    )
  }
  const roles = await deps.store.read((db) => deps.people.rolesOf(db, actor.id, null))
  return roles.some((role) => row.roles.includes(role)) ? null : notPermitted(action, '')
}
