/**
 * Every action there is. A use case names one of these or does not compile; the gate looks its row up before anything
 * else happens. What is not in a row is refused.
 *
 * `via`     through which sign-in the action may come. A token never answers a challenge: whoever steals a terminal's
 *           token and key can ask, and only ask.
 * `roles`   who may ask for it at all: over the workspace it is about, or else over the organisation. Asking is not getting:
 *           `decides` says what happens then.
 * `decides` 'role'    the role is the whole decision (reading one's own organisation's records)
 *           'policy'  the policy decides: allow, step-up or deny
 *           'floored' always countersigned; a policy can ask for more or deny, and neither its permission nor its silence loosens it
 *           'always'  always countersigned; no policy is asked
 *           'answer'  it is itself the answer to a challenge, whose own checks follow
 *           'grant'   worth nothing without a grant, which is checked and consumed in the transaction of the effect
 *           'lease'   worth nothing without the lease that the consumed grant opened
 * `recorded` whether an allowed decision is a leaf of its own. Denials always are.
 */
import type { Via } from '../identity/actor.ts'

export type Row = {
  readonly door: 'runs' | 'state' | 'admin' | 'members' | 'gate'
  readonly via: readonly Via[]
  readonly roles: readonly string[]
  readonly decides: 'role' | 'policy' | 'floored' | 'always' | 'answer' | 'grant' | 'lease'
  readonly recorded: boolean
  readonly says: string
}

const both: readonly Via[] = ['browser', 'terminal']
const terminal: readonly Via[] = ['terminal']
/** A token without a key (`terraform login`) works for whoever finds it: it may plan and read runs, and nothing else. */
const planning: readonly Via[] = ['terminal', 'bearer']
const anyone: readonly Via[] = ['browser', 'terminal', 'bearer']
const browser: readonly Via[] = ['browser']
/** Terraform itself, with the password of a state credential: it can ask about one workspace, and nothing else. */
const wire: readonly Via[] = ['state']
const wireOrTerminal: readonly Via[] = ['state', 'terminal']
const anyKey: readonly Via[] = ['state', 'terminal', 'browser']
const owner: readonly string[] = ['owner']
const memberKeepers: readonly string[] = ['owner', 'manager']
const operator: readonly string[] = ['owner', 'operator']
const reader: readonly string[] = ['owner', 'manager', 'operator', 'approver', 'auditor']

export const catalogue = {
  'run.plan': { door: 'runs', via: planning, roles: operator, decides: 'role', recorded: false, says: 'see what the policy would ask of a plan' },
  'run.apply': { door: 'runs', via: terminal, roles: operator, decides: 'policy', recorded: true, says: 'ask to apply a plan' },
  'run.start': { door: 'runs', via: terminal, roles: operator, decides: 'grant', recorded: true, says: 'start the apply of a countersigned plan' },
  'run.report': { door: 'runs', via: terminal, roles: operator, decides: 'lease', recorded: true, says: 'report what an apply did' },
  'run.cancel': { door: 'runs', via: both, roles: operator, decides: 'role', recorded: true, says: 'cancel a run' },
  'run.read': { door: 'runs', via: anyone, roles: reader, decides: 'role', recorded: false, says: 'read runs, plans and evidence' },
  'state.list': { door: 'state', via: both, roles: reader, decides: 'role', recorded: false, says: 'see states, without a value of them' },
  'state.credential': { door: 'state', via: terminal, roles: operator, decides: 'policy', recorded: true, says: 'get a credential for a state' },
  'state.run-credential': { door: 'state', via: terminal, roles: operator, decides: 'lease', recorded: true, says: 'get a credential for the state of a run that is being applied' },
  'state.plan': { door: 'state', via: wire, roles: operator, decides: 'policy', recorded: true, says: 'lock a state for a plan and read it' },
  'state.write': { door: 'state', via: wire, roles: operator, decides: 'policy', recorded: true, says: 'lock a state and write it' },
  'state.release': { door: 'state', via: wire, roles: operator, decides: 'lease', recorded: true, says: 'write a state that you have locked, and unlock it' },
  'state.read': { door: 'state', via: wireOrTerminal, roles: operator, decides: 'policy', recorded: true, says: 'read a state with its secrets' },
  'state.read-redacted': { door: 'state', via: anyKey, roles: reader, decides: 'policy', recorded: true, says: 'read a state without its secrets' },
  'state.read-outputs': { door: 'state', via: wireOrTerminal, roles: operator, decides: 'policy', recorded: true, says: 'read the outputs of a state' },
  'state.import': { door: 'state', via: terminal, roles: operator, decides: 'floored', recorded: true, says: 'import a state' },
  'state.rollback': { door: 'state', via: both, roles: operator, decides: 'floored', recorded: true, says: 'go back to an earlier version of a state' },
  'state.delete': { door: 'state', via: anyKey, roles: operator, decides: 'floored', recorded: true, says: 'delete a version of a state, or all of it' },
  'state.restore': { door: 'state', via: both, roles: operator, decides: 'floored', recorded: true, says: 'bring back what was deleted of a state' },
  'state.accept': { door: 'state', via: both, roles: operator, decides: 'floored', recorded: true, says: 'make current what is in quarantine' },
  'state.discard': { door: 'state', via: both, roles: operator, decides: 'floored', recorded: true, says: 'discard what is in quarantine' },
  'state.force-unlock': { door: 'state', via: anyKey, roles: operator, decides: 'floored', recorded: true, says: "end somebody's lock of a state" },
  'challenge.read': { door: 'gate', via: browser, roles: reader, decides: 'role', recorded: false, says: 'see what waits for a countersignature' },
  'challenge.answer': { door: 'gate', via: browser, roles: reader, decides: 'answer', recorded: true, says: 'countersign or deny' },
  'report.read': { door: 'gate', via: both, roles: ['owner', 'manager', 'auditor'], decides: 'role', recorded: false, says: 'see what people said they had not asked for' },
  'policy.read': { door: 'admin', via: both, roles: reader, decides: 'role', recorded: false, says: 'read the policy' },
  'policy.change': { door: 'admin', via: both, roles: owner, decides: 'always', recorded: true, says: 'change the policy' },
  'authenticator.change': { door: 'admin', via: browser, roles: reader, decides: 'always', recorded: true, says: 'remove an authenticator' },
  'member.read': { door: 'members', via: both, roles: ['owner', 'manager', 'auditor'], decides: 'role', recorded: false, says: 'see who is a member' },
  'member.change': { door: 'members', via: browser, roles: memberKeepers, decides: 'always', recorded: true, says: 'invite people and change their roles' },
  'member.invite': { door: 'members', via: browser, roles: memberKeepers, decides: 'role', recorded: true, says: 'make an enrolment link for somebody who is invited' },
  'member.vouch': { door: 'members', via: browser, roles: memberKeepers, decides: 'answer', recorded: true, says: 'vouch for the first key of somebody else' },
  'member.remove': { door: 'members', via: browser, roles: memberKeepers, decides: 'always', recorded: true, says: 'remove a person' },
  'member.recover': { door: 'members', via: browser, roles: reader, decides: 'always', recorded: true, says: 'start or veto the recovery of a person' },
  'member.link': { door: 'members', via: browser, roles: owner, decides: 'always', recorded: true, says: 'declare that two identities are one person' },
  'relying-party.change': { door: 'admin', via: browser, roles: owner, decides: 'always', recorded: true, says: 'change the address of this installation' },
  'ledger.read': { door: 'admin', via: both, roles: reader, decides: 'role', recorded: false, says: 'read the audit log, the directory and the trust file' },
} as const satisfies Record<string, Row>

export type ActionName = keyof typeof catalogue

export const actionNames = Object.keys(catalogue) as ActionName[]

export function rowOf(action: ActionName): Row {
  return catalogue[action]
}
