/**
 * This browser remembers the largest log it has seen, and asks for the proof that the log still begins with it. A server
 * that was rolled back, or shows different people different histories, fails here. Nothing is kept but size and root.
 */
import { verifyConsistency } from '@countersign/proof'
import { useEffect, useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import type { CheckpointView } from '../api/views.ts'
import { Notice } from '../parts/notice.tsx'

type Head = { size: number; root: string }
type Outcome = { state: 'first' } | { state: 'same' | 'grown' | 'broken'; before: Head } | { state: 'unknown' }

const KEY = 'countersign.checkpoint'

function remembered(): Head | null {
  try {
    const head = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Head> | null
    return head !== null && Number.isSafeInteger(head.size) && typeof head.root === 'string' ? { size: head.size ?? 0, root: head.root } : null
  } catch {
    return null
  }
}

async function compare(now: Head): Promise<Outcome> {
  const before = remembered()
  if (before === null || before.size === 0) return { state: 'first' }
  if (before.size > now.size || (before.size === now.size && before.root !== now.root)) return { state: 'broken', before }
  if (before.size === now.size) return { state: 'same', before }
  const { proof } = await call<{ proof: string[] }>('GET', `/api/v1/ledger/consistency?from=${before.size}&to=${now.size}`)
  return { state: (await consistent(before, now, proof)) ? 'grown' : 'broken', before }
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16))
}

async function consistent(before: Head, now: Head, proof: string[]): Promise<boolean> {
  try {
    await verifyConsistency(before.size, now.size, fromHex(before.root), fromHex(now.root), proof.map(fromHex))
    return true
  } catch {
    return false
  }
}

export function CompareCheckpoint({ now }: { now: CheckpointView }) {
  const [outcome, setOutcome] = useState<Outcome>({ state: 'unknown' })
  useEffect(() => {
    const head = { size: now.size, root: now.root }
    compare(head).then((found) => {
      setOutcome(found)
      // A broken history must stay visible on the next visit: the head that proves it is not overwritten.
      if (found.state !== 'broken') localStorage.setItem(KEY, JSON.stringify(head))
    }, () => undefined)
  }, [now.size, now.root])

  switch (outcome.state) {
    case 'broken':
      return (
        <Notice tone="red" alert title="The log no longer contains what this browser saw before.">
          <p>It had {outcome.before.size} entries then. History was lost or rewritten: do not countersign anything here, and keep this browser's record.</p>
        </Notice>
      )
    case 'grown':
    case 'same':
      return <Notice tone="green" title="It still begins with what this browser saw before."><p>{outcome.before.size.toLocaleString('en')} entries then, proven by this page.</p></Notice>
    case 'first':
      return <p class="quiet small">This browser remembers this checkpoint now, and compares the next one with it.</p>
    case 'unknown':
      return null
  }
}
