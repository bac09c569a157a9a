/**
 * The backend that `terraform init` chose for a folder, as it stands in terraform's data folder. It is read before anything is bound, to
 * find out which credential terraform will need: what is bound is what the plan file says (`backend.ts`).
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Environment } from '../shape.ts'

export type ConfiguredBackend = {
  /** `http`, `s3`, ... */
  readonly type: string
  /** Of the HTTP backend: from its block, else from TF_HTTP_ADDRESS; "" where neither says one. */
  readonly address: string
  /** The configuration itself holds a user name or a password: it then stands in clear in the data folder and in every plan file. */
  readonly credentials: boolean
}

/** Undefined where the folder is not initialised, or uses a local state. */
export function configuredBackend(directory: string, environment: Environment): ConfiguredBackend | undefined {
  const backend = memberOf(read(join(resolve(directory, environment['TF_DATA_DIR'] || '.terraform'), 'terraform.tfstate')), 'backend')
  const type = memberOf(backend, 'type')
  if (typeof type !== 'string') return undefined
  const config = memberOf(backend, 'config')
  const text = (name: string): string => {
    const value = memberOf(config, name)
    return typeof value === 'string' ? value : ''
  }
  return { type, address: type === 'http' ? text('address') || (environment['TF_HTTP_ADDRESS'] ?? '') : '', credentials: text('username') !== '' || text('password') !== '' }
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined // not initialised, or not terraform's: terraform itself will say so
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}
