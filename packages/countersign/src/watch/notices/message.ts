/**
 * A message as every channel gets it. It says that something waits or has happened, and where to look: nothing can be approved,
 * vetoed or opened from a message, and whoever reads it over a shoulder learns no value of a plan.
 */
import { formatCode, parseSubject } from '@countersign/proof'
import type { RunSubject, StateSubject } from '@countersign/proof'
import type { Notice } from '../../identity/index.ts'

export type Message = {
  kind: string
  /** One line: the subject of an e-mail. */
  title: string
  /** One sentence. */
  summary: string
  /** "" where it is not about a request. */
  code: string
  /** A page of ours. Never one that does anything by being opened. */
  link: string
  /** RFC 3339; "" where it does not expire. */
  expiresAt: string
}

export type Waiting = { code: string; kind: string; subject: string; requester: string; expiresAt: number }

export function waitingMessage(asked: Waiting, origin: string): Message {
  const code = formatCode(asked.code)
  return {
    kind: 'countersignature-waiting', title: `Waiting for a countersignature: ${code}`, summary: summaryOf(asked), code,
    link: `${origin}/c/${code}`, expiresAt: new Date(asked.expiresAt).toISOString(),
  }
}

/** Counts, names of people and workspaces; no address, no value: a message travels where the plan must not. */
function summaryOf({ subject: text, requester }: Waiting): string {
  const subject = parseSubject(text)
  switch (subject.kind) {
    case 'run': return `${requester} asks to ${subject.scope === 'destroy' ? 'tear down' : 'change'} ${subject.workspace.name} (${subject.workspace.environment}): ${countsOf(subject)}; risk ${subject.risk.level}.`
    case 'state': return `${requester} asks to ${stateWords(subject)} (${subject.workspace.environment}).`
    case 'policy': return `${requester} asks to change the policy.`
    case 'role': return `${requester} asks to ${subject.change === 'grant' ? 'give' : 'take away'} the role ${subject.role}: ${subject.person.name}.`
    case 'removal': return `${requester} asks to remove a person.`
    case 'recovery': return `${requester} asks to ${subject.change === 'start' ? 'start' : 'veto'} a recovery.`
    case 'link': return `${requester} asks to treat two identities as one person.`
    case 'revocation': return `${requester} asks to remove a key.`
    case 'genesis': case 'registration': case 'totp': case 'ledger-key': case 'relying-party': return `${requester} asks for a change of this installation.`
  }
}

function countsOf({ summary }: RunSubject): string {
  const words = [['destroy', summary.delete], ['replace', summary.replace], ['change', summary.update], ['add', summary.create]] as const
  return words.flatMap(([word, count]) => (count > 0 ? [`${count} to ${word}`] : [])).join(', ') || 'nothing is created, changed or destroyed'
}

/** No address, no lock and no word of the client: whose state, and what for. */
function stateWords({ action, workspace: { name }, phase, target, whole }: StateSubject): string {
  const version = whole ? `the whole state of ${name}` : `version ${target.version} of the state of ${name}`
  switch (action) {
    case 'state.credential': return `get a credential ${phase === 'apply' ? 'to apply' : 'to plan'} in ${name}`
    case 'state.plan': return `lock the state of ${name} and read it, for a plan`
    case 'state.write': return `lock the state of ${name} and write it`
    case 'state.read': return `read the state of ${name} with all its secrets`
    case 'state.read-redacted': return `read the state of ${name} without its secrets`
    case 'state.read-outputs': return `read the outputs of ${name}`
    case 'state.import': return `import a state into ${name}`
    case 'state.rollback': return `go back to ${version}`
    case 'state.delete': return `delete ${version}`
    case 'state.restore': return `bring back ${version}`
    case 'state.accept': return `make current ${version}, which is in quarantine`
    case 'state.discard': return `discard ${version}, which is in quarantine`
    case 'state.force-unlock': return `end somebody's lock of the state of ${name}`
  }
}

/** Names a workspace and says what happened; no address of a resource, no value. */
export function alarmMessage(alarm: { workspace: string; what: string; sentence: string; path: string }, origin: string): Message {
  return { kind: `state-${alarm.what}`, title: `Look at the state of ${alarm.workspace}`, summary: alarm.sentence, code: '', link: `${origin}${alarm.path}`, expiresAt: '' }
}

type Words = { title: string; text: (details: Readonly<Record<string, unknown>>) => string }

const label = (details: Readonly<Record<string, unknown>>): string => (typeof details['label'] === 'string' && details['label'] !== '' ? ` "${details['label']}"` : '')

const wordOf = (details: Readonly<Record<string, unknown>>, name: string): string => (typeof details[name] === 'string' ? details[name] : '')

/** What a person is told about themself. */
const personal: Record<Notice['kind'], Words> = {
  'authenticator-added': { title: 'A way to sign in was added', text: (of) => `A key or authenticator app${label(of)} was added for you. If it was not you: remove it under Keys, with an earlier key; for 48 hours it counts for nothing that is grave.` },
  'authenticator-removed': { title: 'A way to sign in was removed', text: (of) => `A key or authenticator app${label(of)} of yours was removed. If it was not you, tell an owner.` },
  'authenticator-waits': { title: 'A terminal of yours set up an authenticator app', text: (of) => `The app${label(of)} was set up from the terminal ${wordOf(of, 'from')}. It counts for nothing until your key lets it in. If it was not you: take it back under Keys, and sign that terminal out.` },
  'password-changed': { title: 'Your password was changed', text: () => 'Your password was changed. If it was not you, tell an owner.' },
  'recovery-codes-made': { title: 'Recovery codes were made', text: () => 'Ten new recovery codes were made for you; the earlier ones are void.' },
  'recovery-code-used': { title: 'A recovery code was used', text: () => 'Somebody signed in as you with a recovery code. If it was not you, tell an owner now.' },
  'too-many-attempts': { title: 'Wrong codes or passwords were typed', text: () => 'Somebody typed several wrong codes or passwords for you, and has to wait now. Your keys are not affected.' },
  'recovery-started': { title: 'Somebody started to let a new key in for you', text: () => 'An owner or manager says that you lost your keys. If that is not so, sign in and veto it: after 48 hours your own keys can be replaced.' },
  'recovery-vetoed': { title: 'A recovery was stopped', text: () => 'The recovery that was started for you was vetoed. Your keys stay.' },
  'host-recovery': { title: 'THE HOST IS LETTING AN OWNER BACK IN', text: (of) => (of['step'] === 'offered' ? 'The server was started with --recover-owner: within 15 minutes a new owner key can be made on that machine. If it was not you, the machine is in somebody else\'s hands.' : `A new owner key${label(of)} was let in by the host, and your earlier keys have ended. If it was not you, the machine is in somebody else's hands.`) },
  'profile-changed': { title: 'Your sign-in name or e-mail address was changed', text: () => 'Somebody who looks after members changed your sign-in name or where notices to you are sent. If you did not ask for it, tell an owner.' },
  'role-changed': { title: 'Your roles were changed', text: (of) => `Your role ${wordOf(of, 'role')}${wordOf(of, 'scope') === '' ? '' : ` of ${wordOf(of, 'scope')}`} was ${of['change'] === 'grant' ? 'given to you' : 'taken away'}.` },
}

export function personalMessage(notice: Notice, origin: string): Message {
  const words = personal[notice.kind]
  return { kind: notice.kind, title: words.title, summary: words.text(notice.details), code: '', link: `${origin}/`, expiresAt: '' }
}
