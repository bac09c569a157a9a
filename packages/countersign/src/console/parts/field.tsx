/** One line of input with its label and, below it, what it is for. */
import { useId } from 'preact/hooks'

type FieldProps = {
  label: string
  value: string
  onValue: (value: string) => void
  help?: string
  placeholder?: string
  code?: boolean
  autoComplete?: string
  maxLength?: number
  invalid?: boolean
  /** A password: not shown. */
  secret?: boolean
  /** Six digits of an authenticator app. */
  digits?: boolean
}

export function Field({ label, value, onValue, help, placeholder, code = false, autoComplete = 'off', maxLength = 200, invalid = false, secret = false, digits = false }: FieldProps) {
  const id = useId()
  const common = {
    id, class: code ? 'input code-input' : 'input', value, placeholder, maxLength, autoComplete, autoCapitalize: code ? ('characters' as const) : undefined,
    inputMode: digits ? ('numeric' as const) : undefined, spellcheck: false, 'aria-describedby': help === undefined ? undefined : `${id}-help`,
    'aria-invalid': invalid ? ('true' as const) : undefined, onInput: (event: { currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value),
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {secret ? <input type="password" {...common} /> : <input type="text" {...common} />}
      {help !== undefined && <p class="help" id={`${id}-help`}>{help}</p>}
    </div>
  )
}
