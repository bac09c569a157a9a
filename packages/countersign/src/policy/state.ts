/** What the policy is asked about a state: the same for the door that asks and for the examples of a change. */
import type { StateAction } from '@countersign/proof'
import type { PolicyInput, RiskLevel } from './decision.ts'

/** The action is the whole of the risk: what will be written is not known yet when a lock is asked for. */
const risks: Readonly<Record<StateAction, RiskLevel>> = {
  'state.plan': 'none',
  'state.credential': 'low',
  'state.read-outputs': 'low',
  'state.read-redacted': 'low',
  'state.read': 'high',
  'state.write': 'high',
  'state.import': 'high',
  'state.rollback': 'high',
  'state.delete': 'high',
  'state.restore': 'high',
  'state.accept': 'high',
  'state.discard': 'high',
  'state.force-unlock': 'high',
}

export function stateInput(action: StateAction, of: Pick<PolicyInput, 'workspace' | 'environment' | 'requester'>): PolicyInput {
  const native = action === 'state.plan' || action === 'state.write'
  return { ...of, action, risk: risks[action], scope: '', mode: native ? 'native' : '' }
}
