/** Keywords that look at one value alone. */
import { bare, canonicalText, compare, get, isArray, isNumber, type PlainObject, type RegoNumber, size, type Value } from '../../value/index.ts'
import { divided } from '../decimal.ts'
import { compiled } from '../pattern/compiled.ts'
import { runes } from '../text/utf8.ts'
import { hasFormat } from './formats.ts'
import { numberText, type Path, type Problem, problem } from './problem.ts'

export const matchesPattern = (pattern: string, text: string): boolean => compiled(pattern).test(text)

const limit = (value: Value | undefined): RegoNumber | undefined => (isNumber(value) ? value : undefined)

export function number(schema: PlainObject, value: RegoNumber, path: Path): Problem[] {
  const out: Problem[] = []
  const { multipleOf, exclusiveMinimum, exclusiveMaximum } = schema
  if (isNumber(multipleOf) && multipleOf > 0 && !isWhole(divided(value, multipleOf))) out.push(problem(path, 'multiple_of', `Must be a multiple of ${numberText(multipleOf)}`))
  // a boolean, in draft 4, makes the other limit exclusive
  const most = limit(schema['maximum'])
  const below = limit(exclusiveMaximum) ?? (exclusiveMaximum === true ? most : undefined)
  if (below !== undefined && compare(value, below) >= 0) out.push(problem(path, 'number_lt', `Must be less than ${numberText(below)}`))
  else if (most !== undefined && compare(value, most) > 0) out.push(problem(path, 'number_lte', `Must be less than or equal to ${numberText(most)}`))
  const least = limit(schema['minimum'])
  const above = limit(exclusiveMinimum) ?? (exclusiveMinimum === true ? least : undefined)
  if (above !== undefined && compare(value, above) <= 0) out.push(problem(path, 'number_gt', `Must be greater than ${numberText(above)}`))
  else if (least !== undefined && compare(value, least) < 0) out.push(problem(path, 'number_gte', `Must be greater than or equal to ${numberText(least)}`))
  return out
}

const isWhole = (value: RegoNumber | undefined): boolean => typeof value === 'bigint' || Number.isInteger(value)

export function text(schema: PlainObject, value: string, path: Path): Problem[] {
  const out: Problem[] = []
  const { minLength, maxLength, pattern, format } = schema
  const length = runes(value).length
  if (isNumber(minLength) && length < minLength) out.push(problem(path, 'string_gte', `String length must be greater than or equal to ${minLength}`))
  if (isNumber(maxLength) && length > maxLength) out.push(problem(path, 'string_lte', `String length must be less than or equal to ${maxLength}`))
  if (typeof pattern === 'string' && !matchesPattern(pattern, value)) out.push(problem(path, 'pattern', `Does not match pattern '${pattern}'`))
  if (typeof format === 'string' && !hasFormat(format, value)) out.push(problem(path, 'format', `Does not match format '${format}'`))
  return out
}

export function array(schema: PlainObject, value: readonly Value[], path: Path): Problem[] {
  const out: Problem[] = []
  const { minItems, maxItems, uniqueItems } = schema
  if (isNumber(minItems) && value.length < minItems) out.push(problem(path, 'array_min_items', `Array must have at least ${minItems} items`))
  if (isNumber(maxItems) && value.length > maxItems) out.push(problem(path, 'array_max_items', `Array must have at most ${maxItems} items`))
  if (uniqueItems !== true) return out
  const seen = new Map<string, number>()
  for (const [index, item] of value.entries()) {
    const text = canonicalText(item)
    const earlier = seen.get(text)
    if (earlier === undefined) seen.set(text, index)
    else out.push(problem(path, 'unique', `array items[${earlier},${index}] must be unique`))
  }
  return out
}

export function object(schema: PlainObject, value: PlainObject, path: Path): Problem[] {
  const out: Problem[] = []
  const { minProperties, maxProperties, required } = schema
  const count = size(value)
  if (isNumber(minProperties) && count < minProperties) out.push(problem(path, 'array_min_properties', `Must have at least ${minProperties} properties`))
  if (isNumber(maxProperties) && count > maxProperties) out.push(problem(path, 'array_max_properties', `Must have at most ${maxProperties} properties`))
  for (const name of isArray(required) ? required : []) if (get(value, name) === undefined) out.push(problem(path, 'required', `${bare(name)} is required`))
  return out
}
