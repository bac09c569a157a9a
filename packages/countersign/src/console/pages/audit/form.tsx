/** What to look for. Sent as a whole, with Enter as well; it then stands in the address. */
import { useEffect, useId, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { groups, kinds, outcomeNames, outcomes } from '../../../leaves/index.ts'
import { Button } from '../../parts/button.tsx'
import { Link } from '../../parts/link.tsx'
import { Field } from '../../parts/field.tsx'
import { Text } from '../../parts/text.tsx'
import { navigate } from '../../router.ts'
import { addressOf, fields, isEmpty, nothing, type FieldName, type Search } from './query.ts'

/** Searches that are asked again and again. */
const usual: readonly { words: string; search: Partial<Search> }[] = [
  { words: 'Denied or refused', search: { outcome: 'denied,refused' } },
  { words: 'Alarms', search: { outcome: 'alarm' } },
  { words: 'Countersigned', search: { outcome: 'countersigned' } },
  { words: 'States read', search: { action: 'state.read' } },
  { words: 'What I did', search: { person: 'me' } },
]

export function SearchForm({ search }: { search: Search }) {
  const [draft, setDraft] = useState(search)
  const address = addressOf(search)
  // Back and forward change what is looked for: the form follows.
  useEffect(() => setDraft(search), [address])
  const set = (name: FieldName) => (value: string): void => setDraft({ ...draft, [name]: value })
  const [open, setOpen] = useState(isWide)
  const conditions = fields.filter((name) => search[name] !== '').map((name) => search[name])
  const send = (event: Event): void => {
    event.preventDefault()
    const trimmed = { ...draft }
    for (const name of fields) trimmed[name] = draft[name].trim()
    // On a phone the form would stand before what it found.
    if (!isWide()) setOpen(false)
    navigate(addressOf(trimmed))
  }
  return (
    <search>
      <details class="card asked" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Search{conditions.length > 0 && <>: <Text of={conditions.join(', ')} /></>}</summary>
        <form class="audit-form" onSubmit={send} aria-label="Search the audit log">
          <Field label="Person" value={draft.person} onValue={set('person')} placeholder="name, id, or me" />
          <Field label="Workspace" value={draft.workspace} onValue={set('workspace')} placeholder="project/name" />
          <Choice label="Action" value={draft.action} onValue={set('action')}>
            <option value="">Anything</option>
            {!isKnownAction(draft.action) && <option value={draft.action}>{draft.action}</option>}
            {Object.entries(groups).map(([group, says]) => <Actions key={group} group={group} says={says} />)}
          </Choice>
          <Choice label="Outcome" value={draft.outcome} onValue={set('outcome')}>
            <option value="">Any</option>
            <option value="denied,refused">Denied or refused</option>
            {!isKnownOutcome(draft.outcome) && <option value={draft.outcome}>{draft.outcome}</option>}
            {outcomeNames.map((name) => <option key={name} value={name} title={outcomes[name].says}>{outcomes[name].word}</option>)}
          </Choice>
          <Day label="From" value={draft.since} onValue={set('since')} />
          <Day label="Until the end of" value={draft.until} onValue={set('until')} />
          <Field label="Id of anything" value={draft.id} onValue={set('id')} placeholder="run_… or chl_…" />
          <div class="actions">
            <Button submit>Search</Button>
            {!(isEmpty(draft) && isEmpty(search)) && <Button look="plain" onPress={() => { setDraft(nothing); navigate('/audit') }}>Clear</Button>}
          </div>
        </form>
      </details>
      <ul class="usual" aria-label="Usual searches">
        {usual.map(({ words, search: of }) => {
          const to = addressOf({ ...nothing, ...of })
          return <li key={words}><Link to={to === address ? '/audit' : to} class="chip" current={to === address}>{words}</Link></li>
        })}
      </ul>
    </search>
  )
}

const isWide = (): boolean => matchMedia('(min-width: 901px)').matches
const isKnownOutcome = (value: string): boolean => value === '' || value === 'denied,refused' || Object.hasOwn(outcomes, value)
const isKnownAction = (value: string): boolean => value === '' || Object.hasOwn(groups, value) || Object.hasOwn(kinds, value)

function Actions({ group, says }: { group: string; says: string }) {
  const own = Object.entries(kinds).filter(([type]) => type.startsWith(`${group}.`))
  return (
    <optgroup label={says}>
      {own.length > 1 && <option value={group}>All: {says.toLowerCase()}</option>}
      {own.map(([type, { says: one }]) => <option key={type} value={type}>{one}</option>)}
    </optgroup>
  )
}

function Choice({ label, value, onValue, children }: { label: string; value: string; onValue: (value: string) => void; children: ComponentChildren }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} class="input" value={value} onChange={(event) => onValue(event.currentTarget.value)}>{children}</select>
    </div>
  )
}

function Day({ label, value, onValue }: { label: string; value: string; onValue: (value: string) => void }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="date" class="input" value={value} onInput={(event) => onValue(event.currentTarget.value)} />
    </div>
  )
}
