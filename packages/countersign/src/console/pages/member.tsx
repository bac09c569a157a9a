/** One person: who they are, what is on its way for them, and what may be asked about them. */
import { useState } from 'preact/hooks'
import type { MemberView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { plain, Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'
import { useAsk } from './ask-change.ts'
import { EnrolmentLink } from './enrolment-link.tsx'
import { RoleChoice } from './role-choice.tsx'
import { Vouch } from './vouch.tsx'
import { ProfileForm } from './profile-form.tsx'
import { VouchApp } from './vouch-app.tsx'

type Props = { one: MemberView; all: MemberView[]; keeper: boolean; owner: boolean; onChanged: () => void }

const states: Record<MemberView['status'], string> = { active: '', invited: 'invited', 'key waits': 'a key waits for its voucher', 'no key': 'no key yet' }

export function Member({ one, all, keeper, owner, onChanged }: Props) {
  const [open, setOpen] = useState(false)
  const names = one.linked.map((id) => all.find((other) => other.id === id)?.name ?? id)
  return (
    <div class="key">
      <span class="key-sign"><Icon name="people" /></span>
      <div class="key-main">
        <h2 class="row-title">
          <Text of={one.name} />
          {one.you && <span class="tag">you</span>}
          {states[one.status] !== '' && <span class="tag">{states[one.status]}</span>}
          {one.recovery !== null && <span class="tag">recovery</span>}
        </h2>
        <p class="row-sub">{one.roles.map(({ role, scope }) => (scope === '' ? role : `${role} of ${scope}`)).join(' · ')}</p>
        <p class="row-sub">{one.keys === 0 ? 'no key' : `${one.keys} key${one.keys === 1 ? '' : 's'}`}{one.apps > 0 && ` · ${one.apps} authenticator app${one.apps === 1 ? '' : 's'}`}{one.profile !== null && <> · signs in as <Text of={one.profile.login} /></>}{names.length > 0 && <> · one person with <Text of={names.join(', ')} /></>}</p>
        {one.recovery !== null && <Recovering one={one} mayVeto={keeper && one.yours} />}
        {one.pending !== null && (one.pending.yours
          ? <Vouch pending={one.pending} name={one.name} onDone={onChanged} />
          : <p class="row-sub">They made the key "<Text of={one.pending.label} />"; {one.pending.vouched ? 'one owner has vouched for it, and another has to as well.' : 'whoever invited them vouches for it.'}</p>)}
        {keeper && one.yours && !one.you && one.pendingApp !== null && <VouchApp app={one.pendingApp} name={one.name} onDone={onChanged} />}
        {keeper && one.yours && !one.you && one.pending === null && one.pendingApp === null && (one.keys + one.apps === 0 || recoveryIsOpen(one)) && <EnrolmentLink id={one.id} name={one.name} until={one.invitedUntil} />}
        {open && <Changes one={one} all={all} owner={owner} onBack={() => setOpen(false)} />}
      </div>
      {keeper && one.yours && !open && <button type="button" class="link-button calm" aria-label={`Change ${plain(one.name)}`} onClick={() => setOpen(true)}>Change</button>}
    </div>
  )
}

const recoveryIsOpen = (one: MemberView): boolean => one.recovery !== null && Date.parse(one.recovery.opensAt) <= Date.now()

function Recovering({ one, mayVeto }: { one: MemberView; mayVeto: boolean }) {
  const { busy, problem, ask } = useAsk()
  if (one.recovery === null) return null
  return (
    <>
      <Notice tone="amber" title="Their recovery was started."><p>From <When at={one.recovery.opensAt} /> on a new key can be made for them, and their old ones end. They can veto it with any key they still have.</p></Notice>
      {mayVeto && <div class="actions"><Button look="plain" busy={busy} onPress={() => ask(`/api/v1/members/${one.id}/recovery`, { change: 'veto' })}>Veto it</Button></div>}
      {problem !== null && <ProblemNotice problem={problem} />}
    </>
  )
}

function Changes({ one, all, owner, onBack }: { one: MemberView; all: MemberView[]; owner: boolean; onBack: () => void }) {
  const [role, setRole] = useState('approver')
  const [scope, setScope] = useState('')
  const [same, setSame] = useState('')
  const { busy, problem, ask } = useAsk()
  const path = `/api/v1/members/${one.id}`
  const others = all.filter((other) => other.id !== one.id)
  return (
    <div class="remove appear">
      <form onSubmit={(event) => { event.preventDefault(); ask(`${path}/roles`, { role, scope: scope.trim(), change: 'grant' }) }}>
        <RoleChoice role={role} scope={scope} onRole={setRole} onScope={setScope} />
        <div class="actions"><Button submit busy={busy}>Give this role</Button></div>
      </form>
      {one.roles.map((held) => (
        <div class="actions" key={`${held.role} ${held.scope}`}>
          <Button look="plain" busy={busy} onPress={() => ask(`${path}/roles`, { ...held, change: 'remove' })}>{`Take away: ${held.role}${held.scope === '' ? '' : ` of ${held.scope}`}`}</Button>
        </div>
      ))}
      <ProfileForm one={one} onDone={onBack} />
      {owner && others.length > 0 && (
        <form class="actions" onSubmit={(event) => { event.preventDefault(); if (same !== '') ask(`${path}/same`, { same }) }}>
          <label class="field"><span>Is the same person as</span>
            <select class="input" value={same} onChange={(event) => setSame(event.currentTarget.value)}><option value="">choose</option>{others.map((other) => <option key={other.id} value={other.id}>{plain(other.name)}</option>)}</select>
          </label>
          <Button look="plain" submit busy={busy}>Link them</Button>
        </form>
      )}
      {!one.you && (
        <div class="actions">
          {one.keys + one.apps > 0 && one.recovery === null && <Button look="plain" busy={busy} onPress={() => ask(`${path}/recovery`, { change: 'start' })}>{one.keys > 0 ? 'They lost every key' : 'A key in place of their app'}</Button>}
          <Button look="plain" icon="cross" busy={busy} onPress={() => ask(`${path}/removal`, {})}>Remove this person</Button>
        </div>
      )}
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="actions"><Button look="plain" onPress={onBack}>Back</Button></div>
    </div>
  )
}
