/** The addresses of this installation. Keys are bound to a name, so moving is a way of several steps, and each is countersigned. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { useResource } from '../api/use-resource.ts'
import type { SitesView } from '../api/views.ts'
import { Button, Command } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { ProblemNotice } from '../parts/notice.tsx'
import { Loading, PageFrame } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'
import { useAsk } from './ask-change.ts'

export function AddressPage({ owner }: { owner: boolean }) {
  const [sites, again] = useResource((signal) => call<SitesView>('GET', '/api/v1/sites', undefined, signal), 'sites')
  const [url, setUrl] = useState('')
  const { busy, problem, ask } = useAsk()
  return (
    <PageFrame title="Address" lead="Keys are bound to the name of the address that they were made for.">
      {sites.state === 'loading' && <Loading what="the addresses" />}
      {sites.state === 'failed' && <ProblemNotice problem={sites.problem} again={again} />}
      {sites.state === 'ready' && (
        <ul class="list section">
          {sites.value.sites.map((site) => (
            <li key={site.rpId}>
              <div class="key">
                <span class="key-sign"><Icon name="chain" /></span>
                <div class="key-main">
                  <h2 class="row-title"><Text of={site.origins.join(', ')} />{site.newest && <span class="tag">new keys are made here</span>}</h2>
                  <p class="row-sub">{site.origins.some((origin) => sites.value.served.includes(origin)) ? 'answered by this server' : 'not answered by this server yet'}</p>
                </div>
                {owner && sites.value.sites.length > 1 && <button type="button" class="link-button calm" onClick={() => ask('/api/v1/sites', { change: 'retire', url: site.origins[0] ?? '' })}>Give it up</button>}
              </div>
            </li>
          ))}
        </ul>
      )}
      {owner && (
        <section class="card" aria-labelledby="move">
          <h2 id="move">Move to another address</h2>
          <ol>
            <li>Countersign the new address here.</li>
            <li>Start the server with it, and with the old one beside it:<Command of="countersign up --url https://new.example.com --also-url https://old.example.com" /></li>
            <li>Everybody makes a key at the new address: at the old one, Keys shows how.</li>
            <li>When all have one that is older than 48 hours, give the old address up.</li>
          </ol>
          <form onSubmit={(event) => { event.preventDefault(); if (url.trim() !== '') ask('/api/v1/sites', { change: 'add', url: url.trim() }) }}>
            <Field label="New address" value={url} onValue={setUrl} maxLength={253} placeholder="https://countersign.example.com" />
            <div class="actions"><Button submit busy={busy}>Go on: it is countersigned</Button></div>
          </form>
        </section>
      )}
      {problem !== null && <ProblemNotice problem={problem} />}
    </PageFrame>
  )
}
