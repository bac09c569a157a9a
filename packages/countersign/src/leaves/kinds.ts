/**
 * Every type of leaf that this version appends: what it says in plain words, and how what it speaks of went. A test holds the table against
 * the sources. Leaves of other versions are shown by their type, and count as `done`.
 *
 * Where the outcome is in the details of an entry, it is a question about them: `by` names the member, `of` what its values mean.
 */

/** How it went: the word on pages and in terminals, and what it means. */
export const outcomes = {
  asked: { word: 'Asked', says: 'somebody has to answer' },
  allowed: { word: 'Allowed', says: 'the policy, or a countersignature, let it pass' },
  countersigned: { word: 'Countersigned', says: 'a person touched their key, or gave a code, for exactly this' },
  done: { word: 'Done', says: 'it took effect' },
  denied: { word: 'Denied', says: 'a person or the policy said no' },
  refused: { word: 'Refused', says: 'a check did not hold' },
  expired: { word: 'Expired', says: 'nobody answered in time' },
  cancelled: { word: 'Withdrawn', says: 'whoever asked took it back, or something else came first' },
  failed: { word: 'Failed', says: 'it was tried and did not succeed' },
  unknown: { word: 'Unknown', says: 'it was started, and nobody reported how it ended' },
  alarm: { word: 'Alarm', says: 'a person has to look' },
} as const

export type Outcome = keyof typeof outcomes
export const outcomeNames = Object.keys(outcomes) as Outcome[]

export type Asks = { readonly by: string; readonly of: Readonly<Record<string, Outcome>>; readonly else: Outcome }
export type Kind = { readonly says: string; readonly outcome: Outcome | Asks }

const kind = (says: string, outcome: Kind['outcome'] = 'done'): Kind => ({ says, outcome })

export const kinds: Readonly<Record<string, Kind>> = {
  'gate.decided': kind('The policy decided', { by: 'decision', of: { allow: 'allowed', 'step-up': 'asked', deny: 'denied' }, else: 'unknown' }),
  'gate.countersigned': kind('A person countersigned', 'countersigned'),
  'gate.granted': kind('A grant was given', 'allowed'),
  'gate.redeemed': kind('A grant was used'),
  'gate.denied': kind('A request was denied', 'denied'),
  'gate.refused': kind('An answer was refused', 'refused'),
  'gate.expired': kind('A request expired', 'expired'),
  'gate.cancelled': kind('A request was withdrawn', 'cancelled'),
  'gate.voided': kind('A grant became void', 'cancelled'),
  'run.created': kind('A plan was handed in to be applied', 'asked'),
  'run.apply-started': kind('An apply started'),
  'run.start-refused': kind('The start of an apply was refused', 'refused'),
  'run.outcome': kind('The outcome of an apply was reported', { by: 'result', of: { applied: 'done', failed: 'failed', unknown: 'unknown' }, else: 'unknown' }),
  'run.cancelled': kind('A run was withdrawn', 'cancelled'),
  'state.credential-issued': kind('A state credential was given'),
  'state.credential-revoked': kind('A state credential was ended'),
  'state.locked': kind('A state was locked'),
  'state.unlocked': kind('A state was unlocked'),
  'state.lock-ended': kind('The lock of a state ended without its holder', 'expired'),
  'state.force-unlocked': kind('The lock of a state was ended by somebody else'),
  'state.head.write': kind('A write became the current version of a state'),
  'state.head.import': kind('An import became the current version of a state'),
  'state.head.rollback': kind('An earlier version of a state became current again'),
  'state.head.accepted': kind('A write that was set aside became current'),
  'state.head.restored': kind('What was deleted became current again'),
  'state.head.none': kind('A state has no current version any more'),
  'state.lease-ended': kind('The permission to read a state ended', 'expired'),
  'state.read': kind('A state was read'),
  'state.imported': kind('A state was imported'),
  'state.rolled-back': kind('A state was rolled back'),
  'state.deleted': kind('A state, or a version of it, was deleted'),
  'state.restored': kind('What was deleted of a state was restored'),
  'state.quarantined': kind('A write was set aside', 'alarm'),
  'state.accepted': kind('A write that was set aside was accepted'),
  'state.discarded': kind('A write that was set aside was discarded'),
  'state.frozen': kind('A workspace was frozen', 'alarm'),
  'state.thawed': kind('A workspace was opened again'),
  'state.reconciled': kind('What a run changed was compared with what was countersigned', { by: 'agrees', of: { true: 'done', false: 'alarm' }, else: 'unknown' }),
  'state.effect-accepted': kind('What a run changed was accepted as it is'),
  'state.refused': kind('Something about a state was refused', 'refused'),
  'state.retired': kind('A version of a state was retired'),
  'state.destroyed': kind('The key of a version was destroyed'),
  'state.tampered': kind('A state was found changed outside of this server', 'alarm'),
  'session.opened': kind('A browser signed in'),
  'session.ended': kind('A browser session ended'),
  'sign-in.slowed': kind('Too many wrong codes or passwords: sign-in was slowed', 'alarm'),
  'terminal.signed-in': kind('A terminal was signed in'),
  'terminal.renewed': kind('A terminal renewed its token'),
  'terminal.denied': kind('A terminal was not let in', 'denied'),
  'terminal.ended': kind('A terminal was signed out'),
  'authenticator.registered': kind('A key was registered'),
  'authenticator.enrolled': kind('An authenticator app was set up'),
  'authenticator.dropped': kind('An authenticator app that waited was dropped', 'cancelled'),
  'authenticator.revoked': kind('A key or an app was removed'),
  'authenticator.counter-regressed': kind('The counter of a key went back: it may have been copied', 'alarm'),
  'password.set': kind('A password was set'),
  'recovery-codes.made': kind('Recovery codes were made'),
  'recovery-code.used': kind('A recovery code was used'),
  'member.link-issued': kind('An enrolment link was made'),
  'member.profile-set': kind('A person was described'),
  'member.key-made': kind('A new member made a key', 'asked'),
  'member.key-vouched-first': kind('A first person vouched for a key', 'countersigned'),
  'member.role-granted': kind('A role was given'),
  'member.role-removed': kind('A role was taken away'),
  'member.removed': kind('A person was removed'),
  'member.recovery-started': kind('The recovery of a person was started'),
  'member.recovery-vetoed': kind('The recovery of a person was stopped', 'denied'),
  'member.linked': kind('Two identities were declared one person'),
  'owner.recovery-offered': kind('The host offered to let an owner back in', 'alarm'),
  'owner.recovered': kind('The host let an owner back in', 'alarm'),
  'directory.appended': kind('Who is who was changed'),
  'policy.changed': kind('The policy changed'),
  'site.changed': kind('The address of this installation changed'),
  'setup.offered': kind('A set-up link was made', 'asked'),
  'ledger.restored': kind('The database was restored from a backup', 'alarm'),
  'ledger.moved': kind('The database was moved'),
}

/** The first parts of types, in the order in which they are offered, with what they are about. */
export const groups = {
  gate: 'Decisions and countersignatures',
  run: 'Runs',
  state: 'States',
  session: 'Browsers',
  'sign-in': 'Wrong codes and passwords',
  terminal: 'Terminals',
  authenticator: 'Keys and apps',
  password: 'Passwords',
  'recovery-codes': 'Recovery codes made',
  'recovery-code': 'Recovery codes used',
  member: 'Members',
  owner: 'Owners let back in by the host',
  directory: 'Directory',
  policy: 'Policy',
  site: 'Addresses',
  setup: 'Set-up',
  ledger: 'The log itself',
} as const
