/** Small checks of foreign JSON, put together to a form. Each throws PlanError, naming the member and never its value. */
import { PlanError } from '../error.ts'
import { planActions } from '../shape.ts'
import type { Json } from '../shape.ts'
import { maxDepth, tooDeep } from '../text/depth.ts'
import { isObject } from '../text/parse.ts'
import { maxChanges } from './redact.ts'

export type Check = (value: Json, where: string) => void
type Members = { readonly [name: string]: { check: Check; optional?: true } }

export const refuse = (where: string, what: string): PlanError =>
  new PlanError('plan_not_redacted', `The redacted plan is not accepted: ${where} ${what}. Make it again with this version of Countersign.`)

export const string: Check = (value, where) => {
  if (typeof value !== 'string') throw refuse(where, 'is not a string')
}
export const boolean: Check = (value, where) => {
  if (typeof value !== 'boolean') throw refuse(where, 'is neither true nor false')
}
export const oneOf = (...words: readonly string[]): Check => (value, where) => {
  if (typeof value !== 'string' || !words.includes(value)) throw refuse(where, 'is not one of its words')
}
export const indexKey: Check = (value, where) => {
  if (typeof value !== 'number') string(value, where)
}
export const listOf = (check: Check, most = maxChanges): Check => (value, where) => {
  if (!Array.isArray(value)) throw refuse(where, 'is not a list')
  if (value.length > most) throw new PlanError('plan_too_many_changes', `${where} has ${value.length} entries; ${most} at most are taken. Split the configuration, or plan a part of it with -target.`)
  for (const item of value) check(item, where)
}
export const shape = (members: Members): Check => {
  const required = Object.keys(members).filter((name) => members[name]?.optional !== true)
  return (value, where) => {
    if (!isObject(value)) throw refuse(where, 'is not an object')
    let found = 0
    for (const name of Object.keys(value)) {
      const member = Object.hasOwn(members, name) ? members[name] : undefined
      if (member === undefined) throw refuse(where, 'has a member that is not known')
      if (member.optional !== true) found++
      member.check(value[name] ?? null, name)
    }
    if (found !== required.length) throw refuse(where, 'lacks a member')
  }
}

/** Depth of a value; strings in it are checked as the whole text was. */
const tree = (leaf: (value: Json) => boolean): Check => {
  const walk = (value: Json, where: string, depth: number): void => {
    if (typeof value !== 'object' || value === null) {
      if (!leaf(value)) throw refuse(where, 'holds something that does not belong there')
      return
    }
    if (depth === 0) throw tooDeep()
    if (Array.isArray(value)) for (const item of value) walk(item, where, depth - 1)
    else for (const key of Object.keys(value)) walk(value[key] ?? null, where, depth - 1)
  }
  return (value, where) => walk(value, where, maxDepth + 2)
}
export const values = tree(() => true)
export const marks = tree((value) => typeof value === 'boolean')

export const actions: Check = (value, where) => {
  listOf(oneOf(...planActions), 2)(value, where)
  if (Array.isArray(value) && value.length === 0) throw refuse(where, 'is empty')
}
export const must = (check: Check): { check: Check } => ({ check })
export const may = (check: Check): { check: Check; optional: true } => ({ check, optional: true })
export const words = (...names: string[]): Check => listOf(shape(Object.fromEntries(names.map((name) => [name, must(string)]))))
