/** The code a person typed on the way here: who typed it from the terminal need not type it again. Kept in memory, used once. */
import { navigate } from '../router.ts'

let last: string | null = null

export function goToTyped(code: string): void {
  last = code
  navigate(`/c/${code}`)
}

export function takeTyped(code: string): string | null {
  const typed = last === code ? last : null
  last = null
  return typed
}
