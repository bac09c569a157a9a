/** Who is here, in which roles, and what is on its way. Changes lead to a ceremony; a link is shown once; a key that waits is vouched for here. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { MemberView, SessionView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { Invite } from './invite.tsx'
import { Member } from './member.tsx'
import { Reports } from './reports.tsx'

export function PeoplePage({ session }: { session: SessionView }) {
  const keeper = session.person.roles.some((role) => /^(owner|manager)(@|$)/u.test(role))
  const reader = keeper || session.person.roles.some((role) => role.startsWith('auditor'))
  const [inviting, setInviting] = useState(false)
  return (
    <PageFrame
      title="People" lead="Everybody here was countersigned in by somebody who was here before."
      aside={keeper && !inviting && <Button icon="people" onPress={() => setInviting(true)}>Invite somebody</Button>}
    >
      {inviting && <Invite onBack={() => setInviting(false)} />}
      {reader && <Reports />}
      {reader ? <List keeper={keeper} owner={session.person.roles.includes('owner')} /> : <p class="empty">Owners, managers and auditors see who is here.</p>}
    </PageFrame>
  )
}

function List({ keeper, owner }: { keeper: boolean; owner: boolean }) {
  const [members, again] = useResource((signal) => call<{ members: MemberView[] }>('GET', '/api/v1/members', undefined, signal), 'members')
  if (members.state === 'loading') return <Loading what="the people" />
  if (members.state === 'failed') return <ProblemNotice problem={members.problem} again={again} />
  const all = members.value.members
  return (
    <ul class="list section">
      {all.map((one) => <li key={one.id}><Member one={one} all={all} keeper={keeper} owner={owner} onChanged={again} /></li>)}
    </ul>
  )
}
