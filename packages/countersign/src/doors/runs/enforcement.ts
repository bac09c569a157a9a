/**
 * How far a workspace is protected, and why not further: computed here, stated in the statement, shown with every run.
 *
 * State-gated: the plan says that its state is at this server's address for this very workspace. The address is the client's word like
 * everything it measured, and its own terminal compares the level with what it knows (cli/apply/check-subject.ts).
 */
import { createHash } from 'node:crypto'

export type Enforcement = { level: 'advisory' | 'state-gated'; why: string }

const advisory: Enforcement = {
  level: 'advisory',
  why: 'the credentials in your terminal reach the cloud and the state without Countersign; state-gated and credential-gated workspaces close that',
}
const stateGated: Enforcement = {
  level: 'state-gated',
  why: 'the state is read and written through this server only; the credentials in your terminal still reach the cloud without Countersign, which credential-gated workspaces close',
}

type Claimed = { name: string; backend: { type: string; location: string } }

/** @param origins the addresses at which this server is reached */
export function enforcementOf({ name, backend }: Claimed, origins: readonly string[]): Enforcement {
  return backend.type === 'http' && origins.some((origin) => locationOf(origin, name) === backend.location) ? stateGated : advisory
}

/** What was stated for a run, with its reason. */
export const enforcementNamed = (level: string): Enforcement => (level === 'state-gated' ? stateGated : advisory)

/** The location digest of Terraform's `http` backend (engine/measure/backend.ts) at the address of this workspace. */
function locationOf(origin: string, name: string): string {
  const slash = name.indexOf('/')
  const address = `${origin}/state/v1/${encodeURIComponent(name.slice(0, slash))}/${encodeURIComponent(name.slice(slash + 1))}`
  return createHash('sha256').update('countersign.location.v1\n').update(JSON.stringify(['http', ['address', address]])).digest('hex')
}
