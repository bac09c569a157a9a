/**
 * The fingerprint of the place where the state is: type, CLI workspace, and a digest of the location.
 *
 * Location digest = SHA-256("countersign.location.v1\n" || JSON of [type, [attribute, value]...], attributes sorted). For a local
 * backend the location is the absolute real path of the state file. For a type that we do not know, the whole configuration is
 * taken, and stretched with scrypt, because there may be a password in it.
 */
import { createHash, scryptSync } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { PlanBackend } from '../planfile/read.ts'
import type { Packed } from '../planfile/msgpack.ts'
import type { Environment, MeasuredBackend } from '../shape.ts'
import { locations, type Location } from './locations.ts'

export type Backend = { readonly backend: MeasuredBackend; /** Of a local backend. */ readonly stateFile: string | undefined }

export function measureBackend(plan: PlanBackend, environment: Environment, directory: string): Backend {
  // TF_WORKSPACE moves the apply of a saved plan into another workspace's state: what counts is where it will write.
  const cliWorkspace = environment['TF_WORKSPACE'] || plan.workspace || 'default'
  const stateFile = plan.type === 'local' ? localStateFile(plan, cliWorkspace, directory) : undefined
  const known = Object.hasOwn(locations, plan.type) ? locations[plan.type] : undefined
  const location = stateFile !== undefined
    ? digestOf([plan.type, ['path', stateFile]])
    : known ? digestOf([plan.type, ...known.flatMap((place) => located(place, plan, environment))]) : stretched(plan)
  return { backend: { type: plan.type, cliWorkspace, location }, stateFile }
}

/** The location digest of the `http` backend at this address: how it is known that a state is kept by a server. */
export const locationOfAddress = (address: string): string => digestOf(['http', ['address', address]])

/** The local backend's own rule: `path`, or `workspace_dir`/NAME/terraform.tfstate for a workspace other than the default. */
function localStateFile(plan: PlanBackend, workspace: string, directory: string): string {
  const text = (name: string, otherwise: string): string => {
    const value = plan.config[name]
    return typeof value === 'string' && value !== '' ? value : otherwise
  }
  const path = workspace === 'default' ? text('path', 'terraform.tfstate') : join(text('workspace_dir', 'terraform.tfstate.d'), workspace, 'terraform.tfstate')
  return realPath(resolve(directory, path))
}

/** Of the longest part that exists: before the first apply there is no state file yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path))
  }
}

function located(place: Location, plan: PlanBackend, environment: Environment): [string, Packed][] {
  const configured = plan.config[place.attribute]
  const fallback = place.environment?.map((name) => environment[name]).find((value) => value !== undefined && value !== '')
  const value = configured === undefined || configured === null || configured === '' ? fallback : configured
  return value === undefined ? [] : [[place.attribute, withoutCredentials(value)]]
}

/** An address may carry `user:password@`; a connection string of PostgreSQL also `password=...`. */
function withoutCredentials(value: Packed): Packed {
  if (typeof value !== 'string') return value
  return value
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
    .replace(/\b(user|passfile|sslkey|sig|[a-z_-]*(?:password|token|secret|signature))\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)/gi, '$1=')
}

function digestOf(parts: Packed): string {
  return createHash('sha256').update('countersign.location.v1\n').update(JSON.stringify(sorted(parts))).digest('hex')
}

function stretched(plan: PlanBackend): string {
  return scryptSync(JSON.stringify(sorted(plan.config)), `countersign.location.v1\n${plan.type}`, 32).toString('hex')
}

/** The same value with the members of its objects in one order. */
function sorted(value: Packed): Packed {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name] ?? null)]))
}
