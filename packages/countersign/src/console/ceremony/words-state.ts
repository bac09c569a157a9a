/** What can be asked of a state, in words: one table for each thing that a page says of an action. */
import type { StateAction, StateSubject } from '@countersign/proof'
import { duration } from '../parts/time.tsx'

export type Weight = 'red' | 'amber' | 'green' | 'plain'

/** Days where it is some, so that nobody has to divide by 24. */
export function lasting(seconds: number): string {
  const days = seconds / 86_400
  return Number.isInteger(days) && days >= 1 ? `${days} day${days === 1 ? '' : 's'}` : duration(seconds)
}

const version = ({ target, whole }: StateSubject): string => (whole ? 'the whole state' : `version ${target.version} of the state`)

/** What is current is accepted although it is not what was countersigned; otherwise a write from quarantine is. */
const isEffect = ({ state, target }: StateSubject): boolean => state.version === target.version

/** "Ada asks to ...", up to the name of the workspace, which stands at the end of the sentence. */
export function asksTo(subject: StateSubject): string {
  switch (subject.action) {
    case 'state.credential': return subject.tier === 'full' ? `get a credential ${subject.phase === 'apply' ? 'to apply' : 'to plan'} in` : `get a credential to read ${subject.tier === 'outputs' ? 'the outputs of' : 'the state, without its secrets, of'}`
    case 'state.plan': return 'lock and read the state, for a plan in'
    case 'state.write': return 'lock and write the state of'
    case 'state.read': return 'read the state, with all its secrets, of'
    case 'state.read-redacted': return 'read the state, without its secrets, of'
    case 'state.read-outputs': return 'read the outputs of'
    case 'state.import': return subject.state.version === 0 ? 'import a state into' : 'put an imported state in the place of the state of'
    case 'state.rollback': return `go back to ${version(subject)} of`
    case 'state.delete': return `delete ${version(subject)} of`
    case 'state.restore': return `bring back ${version(subject)} of`
    case 'state.accept': return isEffect(subject) ? 'accept what was applied in' : `accept version ${subject.target.version}, which was set aside, as the state of`
    case 'state.discard': return `discard version ${subject.target.version}, which was set aside, of the state of`
    case 'state.force-unlock': return "end somebody's lock of the state of"
  }
}

/** A line of a list: the action first. */
export function stateTitle(subject: StateSubject): string {
  const said = asksTo(subject)
  return `${said.charAt(0).toUpperCase()}${said.slice(1)} ${subject.workspace.name}`
}

type Says = { weight: Weight; title: string; says: readonly string[] }

const back = ({ lasts }: StateSubject): string => (lasts > 0 ? `for ${lasting(lasts)}` : 'until the time is over that this server keeps what was deleted')

/** What it means, before anything else on the page. */
export function meaningOf(subject: StateSubject): Says {
  const { state, target, whole, lasts } = subject
  switch (subject.action) {
    case 'state.credential':
      return { weight: 'plain', title: 'It opens nothing by itself.', says: [
        `Every lock and every reading with it is asked for again, as the policy says.${lasts > 0 ? ` It ends after ${lasting(lasts)}.` : ''}`,
      ] }
    case 'state.plan':
      return { weight: 'amber', title: 'The state is read whole, with its secrets. Nothing can be written.', says: ['The lock and a few readings are for this one credential, from this one address, and end together.'] }
    case 'state.write':
      return { weight: 'red', title: 'You see no plan here, because the lock comes first.', says: [
        'What will be written is not known yet, and is not part of what you sign. You sign this one lock: for one credential, from one address.',
      ] }
    case 'state.read':
      return { weight: 'red', title: 'Passwords and keys of the infrastructure leave this server in clear.', says: ['A state holds whatever Terraform knows. A few readings within ten minutes, by whoever asks here and nobody else.'] }
    case 'state.read-redacted':
      return { weight: 'amber', title: 'Values go out, and what was recognised as secret does not.', says: ['A secret that does not look like one, and is not marked as one, is among the values.'] }
    case 'state.read-outputs':
      return { weight: 'amber', title: 'The values of the outputs go out, those marked as sensitive among them.', says: ['Nothing of the resources does.'] }
    case 'state.import':
      return { weight: state.version === 0 ? 'amber' : 'red', title: state.version === 0 ? 'Terraform will believe what this state says.' : `Version ${state.version} is replaced by a state from elsewhere.`, says: [
        'The digest below is the one of the file that the terminal holds: compare it there.',
      ] }
    case 'state.rollback':
      return { weight: 'red', title: 'Only the state goes back. The infrastructure stays as it is.', says: [
        `Version ${target.version} becomes current again, as a new version. The next plan shows what differs, and may want to destroy or create it.`,
        'Every grant that is open in this workspace is void: plans that were countersigned have to be made again.',
      ] }
    case 'state.delete':
      return whole
        ? { weight: 'red', title: 'To Terraform, nothing of this workspace exists any more.', says: ['What runs in the cloud goes on running, and the next apply would create all of it again.', `It can be brought back ${back(subject)}. Then its key is destroyed, and it is gone.`] }
        : { weight: 'red', title: 'The version cannot be read or gone back to any more.', says: [`What is current stays. The version can be brought back ${back(subject)}. Then its key is destroyed, and it is gone.`] }
    case 'state.restore':
      return whole
        ? { weight: 'amber', title: 'What was deleted is current again.', says: ['Terraform will believe it: if something was created or destroyed meanwhile, the next plan shows it.'] }
        : { weight: 'plain', title: 'The version can be read and gone back to again.', says: ['What is current stays.'] }
    case 'state.accept':
      if (isEffect(subject)) return { weight: 'red', title: 'What was applied is not what was countersigned.', says: ['What is current stays, with your word for it, and the workspace opens to writers again.'] }
      return { weight: 'red', title: 'This write could not be trusted when it came.', says: [
        'Its lock had been ended, or it did not follow what was current. With your countersignature it becomes current, and the workspace opens to writers again.',
        'Every grant that is open in this workspace is void.',
      ] }
    case 'state.discard':
      return { weight: 'amber', title: 'What is current stays, and this write does not count.', says: [
        'If it came from a real apply, what that created or destroyed in the cloud is not in the state: it has to be imported.',
        `It can be brought back ${back(subject)}. Then its key is destroyed.`,
      ] }
    case 'state.force-unlock':
      return { weight: 'red', title: 'Whoever holds the lock may be at work right now.', says: ['If they write afterwards, their write is set aside, the workspace closes to writers, and somebody has to decide about it.'] }
  }
}

const ownWork: ReadonlySet<StateAction> = new Set(['state.plan', 'state.write', 'state.read', 'state.read-outputs', 'state.credential'])

/** Whether it is something that a person starts at a terminal: then the page asks whether it was them, just now. */
export const startsAtTerminal = ({ action, executor }: StateSubject): boolean => executor !== '' && ownWork.has(action)

/** Before the list of addresses. */
export function changesTitle({ action, whole }: StateSubject): string {
  if (action === 'state.delete' && whole) return 'What goes'
  if (action === 'state.restore' && whole) return 'What comes back'
  return 'What changes in the state'
}
