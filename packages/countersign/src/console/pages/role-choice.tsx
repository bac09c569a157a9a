/** A role and how far it reaches, in words. */
import { useId } from 'preact/hooks'
import { Field } from '../parts/field.tsx'

const roles = [
  ['operator', 'Operator: plans, and asks for applies'],
  ['approver', 'Approver: approves what others ask for'],
  ['auditor', 'Auditor: reads everything, changes nothing'],
  ['manager', 'Manager: invites, recovers and removes people'],
  ['owner', 'Owner: everything, over all of it'],
] as const

type Props = { role: string; scope: string; onRole: (role: string) => void; onScope: (scope: string) => void }

export function RoleChoice({ role, scope, onRole, onScope }: Props) {
  const id = useId()
  return (
    <>
      <div class="field">
        <label for={id}>Role</label>
        <select id={id} class="input" value={role} onChange={(event) => { onRole(event.currentTarget.value); if (event.currentTarget.value === 'owner') onScope('') }}>
          {roles.map(([value, words]) => <option key={value} value={value}>{words}</option>)}
        </select>
      </div>
      {role !== 'owner' && <Field label="For (empty: everything)" value={scope} onValue={onScope} maxLength={201} placeholder="payments, or payments/billing-prod" help="A project, or one workspace of it." />}
    </>
  )
}
