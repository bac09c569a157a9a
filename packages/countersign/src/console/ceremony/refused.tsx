/** The page refuses: what it computed is not what the server said. There is no way round it here, on purpose. */
import { Digest } from '../parts/code.tsx'
import { Notice } from '../parts/notice.tsx'
import { Text } from '../parts/text.tsx'
import type { Refusal } from './refusal.ts'

export function Refused({ refusal }: { refusal: Refusal }) {
  return (
    <Notice tone="red" alert title={refusal.message}>
      <p>This page will not ask your key to sign it. Do not countersign it from another device either: tell whoever looks after this server.</p>
      {refusal.facts.length > 0 && (
        <dl class="facts tight-stack refusal-facts">
          {refusal.facts.map((fact) => [<dt key={fact.label}>{fact.label}</dt>, <dd key={`${fact.label}:`}>{/^[0-9a-f]{64}$/u.test(fact.value) ? <Digest of={fact.value} /> : <code class="break"><Text of={fact.value} /></code>}</dd>])}
        </dl>
      )}
      <p class="quiet small">Code: {refusal.code}</p>
    </Notice>
  )
}
