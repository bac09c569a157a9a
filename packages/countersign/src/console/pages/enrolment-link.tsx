/** The link with which somebody makes their key: made on demand, shown once. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { Button, Command } from '../parts/button.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/time.tsx'
import { useAsk } from './ask-change.ts'

export function EnrolmentLink({ id, name, until }: { id: string; name: string; until: string | null }) {
  const [made, setMade] = useState<{ link: string; expiresAt: string } | null>(null)
  const { busy, problem, attempt } = useAsk()
  if (made !== null) {
    return (
      <Notice tone="green" title="Give them this link. It is shown once.">
        <Command of={made.link} />
        <p>It works until <When at={made.expiresAt} />, for one key. <Text of={name} /> is shown a code then: let them tell it to you by another way, and type it here.</p>
      </Notice>
    )
  }
  return (
    <>
      <p class="row-sub">{until === null ? 'They need a link to make their key.' : <>A link was made for them; it works until <When at={until} />. A new one ends it.</>}</p>
      <div class="actions"><Button busy={busy} onPress={() => attempt(async () => setMade(await call('POST', `/api/v1/members/${id}/link`, {})))}>Make {until === null ? 'a' : 'a new'} link</Button></div>
      {problem !== null && <ProblemNotice problem={problem} />}
    </>
  )
}
