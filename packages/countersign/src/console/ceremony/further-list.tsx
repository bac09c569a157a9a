/**
 * Everything else that the plan changes, in groups by what happens. Ten thousand changes stay fast: a group renders a
 * hundred lines at a time, and a filter finds any of them.
 */
import { useMemo, useState } from 'preact/hooks'
import { Text } from '../parts/text.tsx'
import { ChangeDifferences, Reasons } from './critical-list.tsx'
import type { Group } from './read-plan.ts'
import { classWords, verbOf } from './words.ts'

const AT_ONCE = 100
const FILTER_FROM = 20

export function FurtherList({ groups, count }: { groups: Group[]; count: number }) {
  const [wanted, setWanted] = useState('')
  const shown = useMemo(() => {
    const text = wanted.trim().toLowerCase()
    if (text === '') return groups
    return groups.map((group) => ({ ...group, items: group.items.filter((item) => item.change.address.toLowerCase().includes(text)) })).filter((group) => group.items.length > 0)
  }, [groups, wanted])
  if (count === 0) return null
  return (
    <section class="section" aria-labelledby="further-title">
      <div class="further-head">
        <h2 id="further-title">{count.toLocaleString('en')} further change{count === 1 ? '' : 's'}</h2>
        {count >= FILTER_FROM && (
          <input class="input" type="search" aria-label="Show only addresses that contain" placeholder="Find an address" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
        )}
      </div>
      {shown.map((group) => <GroupList key={`${group.class} ${wanted}`} group={group} />)}
      {shown.length === 0 && <p class="quiet" role="status">No address contains "<Text of={wanted} />".</p>}
    </section>
  )
}

function GroupList({ group }: { group: Group }) {
  const [limit, setLimit] = useState(AT_ONCE)
  const look = classWords[group.class]
  const left = group.items.length - limit
  return (
    <div class="group">
      <h3><span class={`sign ${look.tone}`} aria-hidden="true">{look.sign}</span> {group.items.length.toLocaleString('en')} {look.noun}</h3>
      <ul class={limit > 2 * AT_ONCE ? 'list changes lazy' : 'list changes'}>
        {group.items.slice(0, limit).map((item) => <FurtherEntry key={item.change.address} item={item} />)}
      </ul>
      {left > 0 && (
        <button type="button" class="link-button" onClick={() => setLimit(limit + 10 * AT_ONCE)}>
          Show {Math.min(left, 10 * AT_ONCE).toLocaleString('en')} more of {group.items.length.toLocaleString('en')}
        </button>
      )}
    </div>
  )
}

function FurtherEntry({ item }: { item: Group['items'][number] }) {
  const [open, setOpen] = useState(false)
  return (
    <li>
      <details class="change" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="hidden-text">{verbOf(item.change)}: </span>
          <span class="address"><Text of={item.change.address} /></span>
          {item.reasons.length > 0 && <span class="tag">{item.reasons.length} note{item.reasons.length === 1 ? '' : 's'}</span>}
        </summary>
        {open && (
          <div class="change-body">
            {item.change.resource.previous_address !== undefined && <p class="was">was <code><Text of={item.change.resource.previous_address} /></code></p>}
            <Reasons of={item.reasons} />
            <ChangeDifferences change={item.change} />
          </div>
        )}
      </details>
    </li>
  )
}
