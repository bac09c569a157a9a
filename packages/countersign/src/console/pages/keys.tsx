/** A person's own keys: what each is, as far as it says itself; adding one, removing one. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { AppView, KeysView, KeyView } from '../api/views.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { plain, Text } from '../parts/text.tsx'
import { Ago, When } from '../parts/time.tsx'
import { AddApp, TellIt, VouchOwn } from './add-app.tsx'
import { AppFromTerminal } from './app-from-terminal.tsx'
import { AddKey } from './add-key.tsx'
import { Moving } from './moving.tsx'
import { RemoveKey } from './remove-key.tsx'
import { Secrets } from './secrets.tsx'

export function KeysPage() {
  const [keys, again] = useResource((signal) => call<KeysView>('GET', '/api/v1/authenticators', undefined, signal), 'keys')
  const [adding, setAdding] = useState(false)
  const [addingApp, setAddingApp] = useState(false)
  const [added, setAdded] = useState<string | null>(null)
  const list = keys.state === 'ready' ? keys.value.authenticators : []
  return (
    <PageFrame title="Your keys" lead="Passkeys and security keys that sign you in and countersign for you." aside={!adding && <Button icon="key" onPress={() => { setAdding(true); setAdded(null) }}>Add a key</Button>}>
      {added !== null && <Notice tone="green" title="The key was added."><p>"<Text of={added} />" can sign you in and countersign. It is in the directory that every evidence carries.</p></Notice>}
      {adding && <AddKey onDone={(label) => { setAdding(false); setAdded(label); again() }} onCancel={() => setAdding(false)} />}
      {keys.state === 'loading' && <Loading what="your keys" />}
      {keys.state === 'ready' && <Moving pending={keys.value.pendingKey} onDone={again} />}
      {keys.state === 'failed' && <ProblemNotice problem={keys.problem} again={again} />}
      {keys.state === 'ready' && list.length === 1 && keys.value.apps.length === 0 && !adding && (
        <Notice tone="amber" title="You have only one key."><p>If it is lost you cannot sign in. Add a second one, and keep it in another place.</p></Notice>
      )}
      {keys.state === 'ready' && <ul class="list section">{list.map((key) => <li key={key.id}><KeyEntry one={key} only={list.length + keys.value.apps.length === 1} /></li>)}{keys.value.apps.map((one) => <li key={one.id}><AppEntry one={one} only={list.length + keys.value.apps.length === 1} /></li>)}</ul>}
      {keys.state === 'ready' && keys.value.pendingApps.map((one) => (
        <section key={one.id} class="card" aria-label="An authenticator app that waits">
          <p>The authenticator app "<Text of={one.label} />" waits to be vouched for.</p>
          {one.fromTerminal !== '' ? <AppFromTerminal pending={one} hasKey={list.length > 0} onDone={again} /> : list.length > 0 ? <VouchOwn pending={one} onDone={again} /> : <TellIt fingerprint={one.fingerprint} />}
        </section>
      ))}
      {addingApp && <AddApp hasKey={list.length > 0} onDone={() => { setAddingApp(false); again() }} onCancel={() => setAddingApp(false)} />}
      {keys.state === 'ready' && !addingApp && <div class="actions"><Button look="plain" onPress={() => setAddingApp(true)}>Add an authenticator app</Button></div>}
      {keys.state === 'ready' && <Secrets keys={keys.value} onChanged={again} />}
      {keys.state === 'ready' && <p class="foot-note"><Link to="/sessions">Where you are signed in</Link></p>}
      {keys.state === 'ready' && <p class="foot-note">"Claimed" is the key's own word. "Attested": when it was added, the server verified its maker's certificates to a root that is trusted here.</p>}
    </PageFrame>
  )
}

function AppEntry({ one, only }: { one: AppView; only: boolean }) {
  const [removing, setRemoving] = useState(false)
  return (
    <div class="key">
      <span class="key-sign"><Icon name="clock" /></span>
      <div class="key-main">
        <h2 class="row-title"><Text of={one.label} />{one.thisSession && <span class="tag">signed you in</span>}</h2>
        <p class="row-sub">Authenticator app: codes, never for what is high or critical</p>
        <p class="row-sub">Added <When at={one.createdAt} /> · {one.lastUsedAt === null ? 'never used' : <>used <Ago at={one.lastUsedAt} /></>}</p>
        {removing && <RemoveKey id={one.id} label={one.label} only={only} onBack={() => setRemoving(false)} />}
      </div>
      {!removing && <button type="button" class="link-button calm" aria-label={`Remove ${plain(one.label)}`} onClick={() => setRemoving(true)}>Remove</button>}
    </div>
  )
}

function KeyEntry({ one, only }: { one: KeyView; only: boolean }) {
  const [removing, setRemoving] = useState(false)
  return (
    <div class="key">
      <span class="key-sign"><Icon name="key" /></span>
      <div class="key-main">
        <h2 class="row-title">
          <Text of={one.label} />
          {one.thisSession && <span class="tag">signed you in</span>}
          {one.demonstration && <span class="tag">software key</span>}
        </h2>
        <p class="row-sub">{one.model === '' ? 'Model unknown' : <Text of={one.model} />} · {one.backupEligible ? (one.backedUp ? 'synced' : 'can be synced') : 'bound to its device'} <i>({one.claimed ? 'claimed' : <>attested by <Text of={one.attestedBy} /></>})</i></p>
        <p class="row-sub">Added <When at={one.createdAt} /> · {one.lastUsedAt === null ? 'never used' : <>used <Ago at={one.lastUsedAt} /></>}</p>
        {removing && <RemoveKey id={one.id} label={one.label} only={only} onBack={() => setRemoving(false)} />}
      </div>
      {!removing && <button type="button" class="link-button calm" aria-label={`Remove ${plain(one.label)}`} onClick={() => setRemoving(true)}>Remove</button>}
    </div>
  )
}
