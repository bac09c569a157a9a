/** A short code in its three groups, as terminals show it; read out letter by letter. */

export function Code({ of, large = false }: { of: string; large?: boolean }) {
  const groups = of.split('-')
  const spelled = groups.map((group) => group.split('').join(' ')).join(', ')
  return (
    <span class={large ? 'code large' : 'code'} translate={false}>
      <span class="hidden-text">{spelled}</span>
      {groups.map((group, index) => (
        <span key={index} aria-hidden="true">
          {index > 0 && <span class="dash">-</span>}
          <span>{group}</span>
        </span>
      ))}
    </span>
  )
}

/** 64 hex characters in groups of four, as terminals show them: comparable by eye. */
export function Digest({ of }: { of: string }) {
  const groups = /^[0-9a-f]{64}$/u.test(of) ? (of.match(/.{4}/gu) ?? [of]) : [of]
  return <span class="digest">{groups.join(' ')}</span>
}
