/** Inviting somebody: a name, a role and how far it reaches. What is asked here is read again, and countersigned, on its own page. */
import { useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { useAsk } from './ask-change.ts'
import { RoleChoice } from './role-choice.tsx'

export function Invite({ onBack }: { onBack: () => void }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState('operator')
  const [scope, setScope] = useState('')
  const { busy, problem, ask } = useAsk()
  return (
    <section class="card appear" aria-label="Invite somebody">
      <h2>Invite somebody</h2>
      <form onSubmit={(event) => { event.preventDefault(); if (name.trim() !== '') ask('/api/v1/members', { name: name.trim(), role, scope: scope.trim() }) }}>
        <Field label="Their name" value={name} onValue={setName} maxLength={80} help="As colleagues and auditors will read it. It cannot be changed later." />
        <RoleChoice role={role} scope={scope} onRole={setRole} onScope={setScope} />
        {problem !== null && <ProblemNotice problem={problem} />}
        <div class="actions"><Button submit busy={busy}>Go on: it is countersigned</Button><Button look="plain" onPress={onBack}>Back</Button></div>
      </form>
      <p class="foot-note">Three steps: you countersign this, they make a key with a link that you give them, and you vouch for that key by a code that they tell you.</p>
    </section>
  )
}
