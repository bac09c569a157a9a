/** Bytes of `terraform show -json`, as a shell left them, to text: UTF-8 or UTF-16 in either order, with or without a byte order mark. */
import { PlanError } from '../error.ts'

/** The largest plan taken, in bytes. Above it, memory would no longer be bounded: a plan takes about ten times its text while parsed. */
export const maxPlanBytes = 256 * 1024 * 1024

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** Windows shells write UTF-16 with a mark; without one, the zero bytes around the first ASCII character of JSON tell the order. */
function encodingOf(bytes: Uint8Array): Encoding {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (bytes.length >= 2 && a !== 0 && b === 0) return 'utf-16le'
  if (bytes.length >= 2 && a === 0 && b !== 0) return 'utf-16be'
  return 'utf-8'
}

/** Swaps the bytes of each unit: not every JavaScript runtime decodes utf-16be. */
function swapped(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length & ~1)
  for (let i = 0; i < out.length; i += 2) {
    out[i] = bytes[i + 1] ?? 0
    out[i + 1] = bytes[i] ?? 0
  }
  return out
}

/** Throws PlanError `plan_empty`, `plan_too_large` or `plan_not_text`. The byte order mark is not part of the answer. */
export function decodePlanText(bytes: Uint8Array): string {
  if (bytes.length > maxPlanBytes) {
    throw new PlanError('plan_too_large', `The plan's JSON has ${bytes.length} bytes; ${maxPlanBytes} at most are read. Split the configuration, or plan a part of it with -target.`)
  }
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) throw notText('it is the plan file itself')
  const encoding = encodingOf(bytes)
  if (encoding !== 'utf-8' && bytes.length % 2 === 1) throw notText('it ends within a UTF-16 character')
  let text: string
  try {
    const plain = encoding === 'utf-16be' ? swapped(bytes) : bytes
    text = new TextDecoder(encoding === 'utf-8' ? 'utf-8' : 'utf-16le', { fatal: true }).decode(plain)
  } catch (cause) {
    throw notText(`it is not ${encoding.toUpperCase()}`, cause)
  }
  if (/^\s*$/.test(text)) throw new PlanError('plan_empty', 'The plan is empty. Write it with: terraform show -json PLANFILE > plan.json')
  return text
}

function notText(what: string, cause?: unknown): PlanError {
  return new PlanError('plan_not_text', `The plan is not text: ${what}. Give the JSON of the plan, written with: terraform show -json PLANFILE > plan.json`, { cause })
}
