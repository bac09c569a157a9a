/** The statement about a state: what is asked, of what, as it stands now. Shared by what is asked over the API and over the wire. */
import type { PolicyRef, StateAction, StateChanges, StateSubject } from '@countersign/proof'
import type { Actor } from '../../identity/actor.ts'
import type { PolicyInput } from '../../policy/index.ts'
import type { StateDeps } from './ports.ts'
import { noVersion } from './versions.ts'
import type { Reference } from './versions.ts'

export type Saying = {
  action: StateAction
  /** `sta_` */
  request: string
  /** A terminal's key, `stc_`, or "" from a browser. */
  executor: string
  name: string
  phase?: 'plan' | 'apply'
  tier?: 'outputs' | 'redacted' | 'full'
  /** Seconds that what is granted lives at most. */
  lasts?: number
  lock?: StateSubject['lock']
  state: Reference
  target?: Reference
  whole?: boolean
  changes?: StateChanges
}

export const noLock: StateSubject['lock'] = { digest: '', operation: '', who: '', info: '' }
export const noChanges: StateChanges = { added: 0, changed: 0, removed: 0, outputs: 0, addresses: [], omitted: 0 }

export function stateSubject(deps: Pick<StateDeps, 'place' | 'policy'>, by: Pick<Actor, 'id' | 'source'>, saying: Saying, policy: PolicyRef): StateSubject {
  return {
    v: 1, kind: 'state', instance: deps.place.instance, org: deps.place.org, action: saying.action, request: saying.request, requester: by.id, executor: saying.executor,
    workspace: { name: saying.name, environment: deps.policy().environmentOf(saying.name).name, enforcement: 'state-gated' },
    source: by.source.address.slice(0, 256), phase: saying.phase ?? '', tier: saying.tier ?? '', lasts: saying.lasts ?? 0, lock: saying.lock ?? noLock,
    state: saying.state, target: saying.target ?? noVersion, whole: saying.whole ?? false, changes: saying.changes ?? noChanges, policy,
  }
}

const risks: Record<StateAction, PolicyInput['risk']> = {
  'state.plan': 'none', 'state.credential': 'low', 'state.read-outputs': 'low', 'state.read-redacted': 'low',
  'state.read': 'high', 'state.write': 'high', 'state.import': 'high', 'state.rollback': 'high', 'state.delete': 'high', 'state.restore': 'high',
  'state.accept': 'high', 'state.discard': 'high', 'state.force-unlock': 'high',
}

/** All that the policy may look at. */
export function policyInputOf(deps: Pick<StateDeps, 'policy'>, by: Pick<Actor, 'id' | 'roles'>, action: StateAction, name: string): PolicyInput {
  return {
    action, workspace: name, environment: deps.policy().environmentOf(name).name, risk: risks[action], scope: '',
    mode: action === 'state.plan' || action === 'state.write' ? 'native' : '', requester: { id: by.id, roles: [...by.roles] },
  }
}
