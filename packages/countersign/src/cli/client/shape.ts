/** Whether an answer of the server has the members that a command is about to use. */
import { CliError } from '../exit.ts'

export type Kind = 'string' | 'number' | 'boolean' | 'object' | 'array' | readonly string[]
/** By path: `a.b` is the member b of a. A list of texts: one of them. */
export type Shape = Readonly<Record<string, Kind>>

/** The same value, which has that shape: its caller knows the type that goes with it. Throws CliError `server_unexpected`. */
export function shaped(name: string, shape: Shape, value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    const members = value as Record<string, unknown>
    if (Object.entries(shape).every(([path, kind]) => isKind(memberAt(members, path), kind))) return value
  }
  throw new CliError('server_unexpected', `The server's answer is not a ${name} as this version knows it.`, 'See both versions with: countersign doctor')
}

function memberAt(members: Record<string, unknown>, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined), members)
}

function isKind(value: unknown, kind: Kind): boolean {
  if (typeof kind === 'object') return typeof value === 'string' && kind.includes(value)
  if (kind === 'array') return Array.isArray(value)
  return typeof value === kind && value !== null
}
