/**
 * Where the requirement is aal3, only hardware keys count: their attestation goes back to a root that the operator configured, and
 * they cannot be copied into an account. The verifier has the same rule; here it answers before anybody is asked for a touch.
 */
import type { Requirement } from '@countersign/proof'
import type { ChallengeRow } from './challenge.ts'
import { GateError } from './errors.ts'
import type { KnownKey } from './ports.ts'

type Asked = Pick<ChallengeRow, 'requirement'>

function needsHardware({ requirement }: Asked): boolean {
  return (JSON.parse(requirement) as Requirement).assurance === 'aal3'
}

/** The keys that reach what is asked. Throws `hardware_key_required` where hardware is asked for and the person has none here. */
export function reachingKeys(keys: readonly KnownKey[], row: Asked): readonly KnownKey[] {
  if (!needsHardware(row)) return keys
  const hardware = keys.filter((key) => key.hardware)
  if (hardware.length === 0) throw refusal('This takes a hardware key whose maker attests it, and you have none at this address.')
  return hardware
}

export function refuseSofterKey(key: KnownKey, row: Asked): void {
  if (needsHardware(row) && !key.hardware) throw refusal(`The key "${key.label}" is not enough for this: it takes a hardware key whose maker attests it.`)
}

function refusal(message: string): GateError {
  return new GateError('hardware_key_required', message, 'Use a security key that Keys shows as attested, or let somebody who has one.')
}
