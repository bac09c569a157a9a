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
}

export function Field({ label, value, onValue, help, placeholder, code = false, autoComplete = 'off', maxLength = 200, invalid = false }: FieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class={code ? 'input code-input' : 'input'}
        type="text"
        value={value}
        placeholder={placeholder}
        maxLength={maxLength}
        autoComplete={autoComplete}
        autoCapitalize={code ? 'characters' : undefined}
        spellcheck={false}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        aria-invalid={invalid ? 'true' : undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {help !== undefined && <p class="help" id={`${id}-help`}>{help}</p>}
    </div>
  )
}
