/** A field for the code from the terminal, and the way to its ceremony. */
import { formatCode, parseCode } from '@countersign/proof'
import { useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { PageFrame } from '../parts/page.tsx'
import { goToTyped } from './typed.ts'

export function CodeForm() {
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState(false)
  const open = (event: Event): void => {
    event.preventDefault()
    try {
      goToTyped(formatCode(parseCode(typed)))
    } catch {
      setWrong(true)
    }
  }
  return (
    <form class="code-form" onSubmit={open}>
      <Field label="Code from your terminal" value={typed} onValue={(value) => { setTyped(value); setWrong(false) }} code placeholder="XXXX-XXXX-XXXX" maxLength={20} invalid={wrong}
        help={wrong ? 'A code has twelve letters and digits. Compare it with your terminal.' : 'Capitals and hyphens do not matter.'} />
      <Button submit icon="arrow">Open</Button>
    </form>
  )
}

export function TypeCodePage() {
  return (
    <PageFrame title="Type the code" lead="The terminal that waits for you shows a code. It names exactly one request." width="narrow">
      <CodeForm />
    </PageFrame>
  )
}
