/** Policy documents of the AWS kind (Version, Statement), read into statements that can be compared. What cannot be read says so. */
import type { Json, JsonObject } from '../shape.ts'

/** `not`: the statement means everything except this (NotAction and its like). */
export type Term = { readonly not: boolean; readonly patterns: readonly string[]; /** A trust policy names no resource. */ readonly implied?: true }
export type Statement = { readonly allow: boolean; readonly principal: Term; readonly action: Term; readonly resource: Term; readonly condition: string; readonly conditions: ReadonlyMap<string, string> }

const isPlain = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
export const holder = '(the holder)'
const strings = (value: Json | undefined): string[] => (typeof value === 'string' ? [value] : Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : '*')) : ['*'])

function principals(value: Json | undefined): string[] {
  if (value === undefined) return [holder]
  if (!isPlain(value)) return strings(value)
  return Object.entries(value).flatMap(([kind, ids]) => strings(ids).map((id) => (id === '*' ? '*' : `${kind}:${id}`)))
}

function term(statement: JsonObject, name: string, read: (value: Json | undefined) => string[]): Term {
  const not = statement[`Not${name}`]
  if (not === undefined && statement[name] === undefined) return { not: false, patterns: read(undefined), implied: true }
  return not === undefined ? { not: false, patterns: read(statement[name]) } : { not: true, patterns: read(not) }
}

function conditionsOf(value: Json | undefined): Map<string, string> {
  const out = new Map<string, string>()
  if (value === undefined || value === null) return out
  if (!isPlain(value)) return out.set('?', JSON.stringify(value))
  for (const [operator, keys] of Object.entries(value)) {
    if (!isPlain(keys)) out.set(operator, JSON.stringify(keys))
    else for (const [key, wanted] of Object.entries(keys)) out.set(`${operator} ${key.toLowerCase()}`, JSON.stringify(strings(wanted).sort()))
  }
  return out
}

function statementOf(value: Json): Statement | undefined {
  if (!isPlain(value)) return undefined
  const conditions = conditionsOf(value['Condition'])
  return {
    allow: value['Effect'] !== 'Deny',
    principal: term(value, 'Principal', principals),
    action: term(value, 'Action', (found) => strings(found).map((action) => action.toLowerCase())),
    resource: term(value, 'Resource', strings),
    condition: JSON.stringify([...conditions].sort(([a], [b]) => (a < b ? -1 : 1))),
    conditions,
  }
}

export type PolicyDocument = { readonly statements: readonly Statement[]; readonly readable: boolean }

export const noDocument: PolicyDocument = { statements: [], readable: true }

/** The largest document compared, in characters. */
const maxDocument = 200_000

/** A string or object that is a policy document; undefined when it is something else. */
export function readPolicyDocument(value: Json | undefined): PolicyDocument | undefined {
  let parsed: unknown = value
  if (typeof value === 'string') {
    if (!value.includes('"Statement"') || !/^\s*\{/.test(value)) return undefined
    if (value.length > maxDocument) return { statements: [], readable: false }
    try {
      parsed = JSON.parse(value)
    } catch {
      return { statements: [], readable: false }
    }
  }
  if (!isPlain(parsed) || parsed['Statement'] === undefined) return undefined
  const list = Array.isArray(parsed['Statement']) ? parsed['Statement'] : [parsed['Statement']]
  const statements = list.map(statementOf).filter((statement) => statement !== undefined)
  return { statements, readable: statements.length === list.length && list.length <= 500 }
}
