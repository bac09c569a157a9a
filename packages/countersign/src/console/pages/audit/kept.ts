/**
 * What this browser keeps between visits: the key that signs the log, as it was at the first one, and the largest log it has seen. A server
 * that was taken over can say anything today; it cannot change what was kept yesterday. Public figures only, no entry.
 */
import type { Head } from '../../../leaves/index.ts'

/** `at`: when it was seen, ms; 0 where an earlier version of this page did not say. */
export type SeenHead = Head & { at: number }
export type PinnedKeys = { instance: string; keys: string[]; at: number }

const HEAD = 'countersign.checkpoint'
const KEYS = 'countersign.ledger-keys'

function read(name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(name) ?? 'null')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** Where nothing can be kept, each visit is the first one; the page says so by what it does not say. */
function write(name: string, value: object | null): void {
  try {
    if (value === null) localStorage.removeItem(name)
    else localStorage.setItem(name, JSON.stringify(value))
  } catch {
    return
  }
}

const time = (value: unknown): number => (typeof value === 'number' ? value : 0)

export function keptHead(): SeenHead | null {
  const { size, root, at } = read(HEAD)
  return typeof size === 'number' && Number.isSafeInteger(size) && typeof root === 'string' ? { size, root, at: time(at) } : null
}

export const keepHead = (head: Head | null): void => write(HEAD, head === null ? null : { size: head.size, root: head.root, at: Date.now() })

export function keptKeys(): PinnedKeys | null {
  const { instance, keys, at } = read(KEYS)
  const isList = Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key === 'string')
  return typeof instance === 'string' && isList ? { instance, keys: [...keys], at: time(at) } : null
}

export const keepKeys = (pinned: { instance: string; keys: readonly string[] } | null): void => write(KEYS, pinned === null ? null : { ...pinned, at: Date.now() })
