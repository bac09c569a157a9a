/** What can be wrong with a document, in the words of the validator that OPA uses. */
import { compareStrings, formatNumber, isArray, isInteger, isNumber, type RegoNumber, stringifyJson, typeName, type Value } from '../../value/index.ts'

export type Problem = { readonly type: string; readonly field: string; readonly desc: string }

/** The way to a part of a document: `(root)`, then keys and indexes. */
export type Path = readonly string[]

export const problem = (path: Path, type: string, desc: string): Problem => ({ type, field: path.length === 0 ? '(root)' : path.join('.'), desc })

/** As the result of `json.match_schema` shows it. */
export const asValue = ({ type, field, desc }: Problem): Value => ({ desc, error: `${field}: ${desc}`, field, type })

export function jsonType(value: Value): string {
  return isNumber(value) ? (isInteger(value) ? 'integer' : 'number') : typeName(value)
}

export const numberText = (value: RegoNumber): string => formatNumber(value)

/** A list of allowed values, as JSON. */
export const listText = (values: Value): string => (isArray(values) ? values : [values]).map((one) => stringifyJson(one)).join(', ')

export const sortedTypes = (types: readonly string[]): string => [...types].sort(compareStrings).join(',')
