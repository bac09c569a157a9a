/** After set-up: the fingerprint, what it is for, what is fixed from now on, and the one thing to do next. */
import type { SetupFinished } from '../api/views.ts'
import { Command } from '../parts/button.tsx'
import { Digest } from '../parts/code.tsx'
import { Link } from '../parts/link.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageFrame } from '../parts/page.tsx'
import { Text } from '../parts/text.tsx'

export function SetupDone({ finished, rpId }: { finished: SetupFinished; rpId: string }) {
  return (
    <PageFrame title="You are the first owner" lead={<>Welcome, <Text of={finished.person.name} />. Your key is genesis: the chain of who may sign begins with it.</>} width="narrow">
      <div class="card fingerprint">
        <h2>Fingerprint of this installation</h2>
        <p class="fingerprint-value"><Digest of={finished.fingerprint} /></p>
        <p class="quiet small"><code>countersign login</code> and <code>countersign trust export</code> pin it. Write it down somewhere else than on this computer: it is what an auditor compares.</p>
      </div>
      <Notice tone="amber" title="Add a second key now.">
        <p>You are the only owner, with one key. If it is lost, nobody can countersign here any more, and only the server's machine can let you back in.</p>
      </Notice>
      <div class="actions"><Link to="/keys" class="button">Add a second key</Link></div>
      <section class="section">
        <h2>Fixed from now on</h2>
        <p class="quiet">Keys are bound to the address <b>{rpId}</b>. {rpId === 'localhost' ? 'That is fine for this computer. For a team, start again with a public address (--url) before more people join: keys do not move with it.' : 'Keys do not move to another address.'}</p>
      </section>
      <section class="section">
        <h2>Then, in a terminal</h2>
        <Command of="countersign login" />
      </section>
    </PageFrame>
  )
}
