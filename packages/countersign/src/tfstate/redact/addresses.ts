import type { StateFacts } from '../shape.ts'

/** Every address of the state as it may be shown and stored, sorted. */
export function redactedAddresses(facts: StateFacts): string[] {
  return facts.instances.map((instance) => instance.address)
}
