/**
 * The digest of what an instance or an output is. Of an instance: its provider, its attributes, its identity, and whether it is tainted.
 * Left out is what Terraform keeps for itself and rewrites without a planned change: `private`, `dependencies`, `schema_version`,
 * `create_before_destroy`, `sensitive_attributes`. Left out of objects is what is null or empty too: a newer provider adds attributes,
 * and a refresh writes them as null without a word in any plan.
 *
 * The content is written in a form of its own, unambiguous because every text carries its length, members in the order of their names.
 */
import { createHmac, hash } from 'node:crypto'
import type { Json, JsonObject } from '../../plan/index.ts'

export type Digest = (content: string) => string

/** Characters of one. */
export const DIGEST = 43

/** SHA-256, or HMAC-SHA-256 under the key; base64url. */
export function digestWith(key: Uint8Array | undefined): Digest {
  if (key === undefined) return (content) => hash('sha256', content, 'base64url')
  return (content) => createHmac('sha256', key).update(content).digest('base64url')
}

export function isEmpty(value: Json | undefined): boolean {
  if (value === null || value === undefined) return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.length === 0
  for (const _ in value) return false
  return true
}

/** Recursion is as deep as the body's nesting, which the cursor bounds. */
export function canonical(value: Json): string {
  if (typeof value === 'string') return `s${value.length}:${value}`
  if (typeof value === 'number') return `n${value};`
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value === null) return '0'
  if (Array.isArray(value)) {
    let out = '['
    for (const item of value) out += canonical(item)
    return `${out}]`
  }
  return object(value)
}

function object(value: JsonObject): string {
  const keys = Object.keys(value)
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] ?? '') > (keys[i] ?? '')) {
      keys.sort()
      break
    }
  }
  let out = '{'
  for (const key of keys) {
    const item = value[key]
    if (item === undefined || isEmpty(item)) continue
    out += `${key.length}:${key}${canonical(item)}`
  }
  return `${out}}`
}

export function instanceContent(provider: string, instance: JsonObject): string {
  const part = (name: string): string => {
    const value = instance[name]
    return value === undefined || isEmpty(value) ? '0' : canonical(value)
  }
  return `instance1 ${canonical(provider)}${part('attributes')}${part('attributes_flat')}${part('identity')}${part('status')}`
}

export const outputContent = (output: JsonObject): string => `output1 ${canonical(output['value'] ?? null)}`
