/** kind "state": one thing asked of the state of one workspace. */
import { digestOrNone, id } from '../schema/scalars.ts'
import { array, flag, integer, object, oneOf, type Shape, sorted, text, where } from '../schema/shape.ts'
import type { StateAction, StateChanges, StateSubject, StateVersionRef } from '../types/subject.ts'
import { common, policyRef } from './common.ts'
import { executor } from './executor.ts'
import { stateWorkspace } from './workspace.ts'

const count = integer(0)

const action: Shape<StateAction> = oneOf(
  'state.credential', 'state.plan', 'state.write', 'state.read', 'state.read-redacted', 'state.read-outputs', 'state.import',
  'state.rollback', 'state.delete', 'state.restore', 'state.accept', 'state.discard', 'state.force-unlock',
)

const isNone = (it: StateVersionRef): boolean => it.version === 0 && it.lineage === '' && it.serial === 0 && it.digest === ''

/** What is current is none of it or has a number and a digest; what is to be imported has no number yet. */
const versionRef: Shape<StateVersionRef> = where(
  object<StateVersionRef>({ version: count, lineage: text(256), serial: count, digest: digestOrNone }),
  (it) => it.digest !== '' || isNone(it),
  'is a version without a digest',
)

const lock = where(
  object({ digest: digestOrNone, operation: text(256), who: text(1024), info: text(4096) }),
  (it) => it.digest !== '' || (it.operation === '' && it.who === '' && it.info === ''),
  'says something of a lock that is none',
)

const changes: Shape<StateChanges> = object<StateChanges>({
  added: count,
  changed: count,
  removed: count,
  outputs: count,
  addresses: sorted(array(object({ address: text(4096, 1), change: oneOf('added', 'changed', 'removed') }), 50), (it) => it.address),
  omitted: count,
})

const shape: Shape<StateSubject> = object<StateSubject>({
  ...common,
  kind: oneOf('state'),
  action,
  request: id('sta'),
  requester: id('usr'),
  executor,
  workspace: object({ name: stateWorkspace, environment: text(256, 1), enforcement: oneOf('state-gated') }),
  source: text(256),
  phase: oneOf('', 'plan', 'apply'),
  tier: oneOf('', 'outputs', 'redacted', 'full'),
  lasts: integer(0, 31_536_000),
  lock,
  state: versionRef,
  target: versionRef,
  whole: flag,
  changes,
  policy: policyRef,
})

/** What an action is over has to be named, and nothing may be named that it is not over: no reader may have to guess. */
const rules: readonly (readonly [(it: StateSubject) => boolean, string])[] = [
  [(it) => (it.action === 'state.credential') === (it.phase !== ''), 'names a phase without asking for a credential, or asks for one without it'],
  [(it) => !it.whole || it.action === 'state.delete' || it.action === 'state.restore', 'is about the whole state, and only deleting and restoring can be'],
  [(it) => !it.whole || isNone(it.target), 'is about the whole state and names one version of it'],
  [(it) => it.whole || namesTarget(it) === !isNone(it.target), 'does not name the version that it is about, or names one that it is not about'],
  [(it) => it.action === 'state.import' || isNone(it.target) || it.target.version > 0, 'names a version without a number'],
  [(it) => it.action !== 'state.import' || it.target.version === 0, 'gives what is imported a number that it does not have'],
  [(it) => isNone(it.state) || it.state.version > 0, 'names what is current without a number'],
  [(it) => !locked.has(it.action) || it.lock.digest !== '', 'does not name the lock'],
]

const targeted: ReadonlySet<StateAction> = new Set(['state.import', 'state.rollback', 'state.delete', 'state.restore', 'state.accept', 'state.discard'])
const locked: ReadonlySet<StateAction> = new Set(['state.plan', 'state.write', 'state.force-unlock'])
const namesTarget = (it: StateSubject): boolean => targeted.has(it.action)

export const state: Shape<StateSubject> = rules.reduce((read, [rule, why]) => where(read, rule, why), shape)
