/** Does a document fit a schema? All problems are found, in the order of keywords, members by name. */
import { bare, entries, equal, get, isArray, isNumber, isPlain, names, type PlainObject, type Value } from '../../value/index.ts'
import { type BuiltinContext, BuiltinFault } from '../registry.ts'
import { jsonType, listText, type Path, type Problem, problem, sortedTypes } from './problem.ts'
import { array, matchesPattern, number, object, text } from './keywords.ts'
import { resolve } from './reference.ts'

export type Validation = { readonly root: Value; readonly context: BuiltinContext; depth: number }

export function validate(validation: Validation, schema: Value, value: Value, path: Path): Problem[] {
  validation.context.spend(1)
  if (validation.depth > 500) throw new BuiltinFault('the schema refers to itself without an end')
  if (schema === true) return []
  if (schema === false) return [problem(path, 'false', 'False always fails validation')]
  if (!isPlain(schema)) return []
  validation.depth++
  try {
    // a reference stands for itself: its neighbours do not count
    const reference = schema['$ref']
    if (typeof reference === 'string') return validate(validation, resolve(validation.root, reference), value, path)
    const type = typed(schema, value, path)
    if (type.length > 0) return type
    const all = [...combined(validation, schema, value, path), ...dependent(validation, schema, value, path)]
    return [...all, ...(isPlain(value) ? [...common(schema, value, path), ...specific(validation, schema, value, path)] : [...specific(validation, schema, value, path), ...common(schema, value, path)])]
  } finally {
    validation.depth--
  }
}

const fits = (validation: Validation, schema: Value, value: Value, path: Path): boolean => validate(validation, schema, value, path).length === 0

function typed(schema: PlainObject, value: Value, path: Path): Problem[] {
  const wanted = schema['type']
  if (wanted === undefined) return []
  const types = (isArray(wanted) ? wanted : [wanted]).filter((one): one is string => typeof one === 'string')
  const given = jsonType(value)
  if (types.includes(given) || (given === 'integer' && types.includes('number'))) return []
  return [problem(path, 'invalid_type', `Invalid type. Expected: ${types.length > 1 ? sortedTypes(types) : (types[0] ?? '')}, given: ${given}`)]
}

function combined(validation: Validation, schema: PlainObject, value: Value, path: Path): Problem[] {
  const out: Problem[] = []
  const list = (key: string): readonly Value[] | undefined => (isArray(schema[key]) ? schema[key] : undefined)
  const any = list('anyOf')
  if (any !== undefined && any.length > 0) {
    const tries = any.map((one) => validate(validation, one, value, path))
    if (tries.every((problems) => problems.length > 0)) out.push(problem(path, 'number_any_of', 'Must validate at least one schema (anyOf)'), ...best(tries))
  }
  const single = list('oneOf')
  if (single !== undefined && single.length > 0) {
    const tries = single.map((one) => validate(validation, one, value, path))
    const good = tries.filter((problems) => problems.length === 0).length
    if (good !== 1) out.push(problem(path, 'number_one_of', 'Must validate one and only one schema (oneOf)'), ...(good === 0 ? best(tries) : []))
  }
  const every = list('allOf')
  if (every !== undefined && every.length > 0) {
    const problems = every.flatMap((one) => validate(validation, one, value, path))
    if (problems.length > 0) out.push(...problems, problem(path, 'number_all_of', 'Must validate all the schemas (allOf)'))
  }
  if (schema['not'] !== undefined && fits(validation, schema['not'], value, path)) out.push(problem(path, 'number_not', 'Must not validate the schema (not)'))
  return [...out, ...conditional(validation, schema, value, path)]
}

/** The attempt that came closest. */
function best(tries: readonly Problem[][]): Problem[] {
  return tries.reduce((a, b) => (b.length < a.length ? b : a))
}

function conditional(validation: Validation, schema: PlainObject, value: Value, path: Path): Problem[] {
  const condition = schema['if']
  if (condition === undefined) return []
  const name = fits(validation, condition, value, path) ? 'then' : 'else'
  const branch = schema[name]
  const problems = branch === undefined ? [] : validate(validation, branch, value, path)
  if (problems.length === 0) return []
  return [problem(path, `condition_${name}`, `Must validate "${name}" as "if" was ${name === 'then' ? '' : 'not '}valid`), ...problems]
}

function common(schema: PlainObject, value: Value, path: Path): Problem[] {
  const out: Problem[] = []
  const field = path.length === 0 ? '(root)' : path.join('.')
  const constant = schema['const']
  if (constant !== undefined && !equal(constant, value)) out.push(problem(path, 'const', `${field} does not match: ${listText(constant)}`))
  const allowed = schema['enum']
  if (isArray(allowed) && !allowed.some((one) => equal(one, value))) out.push(problem(path, 'enum', `${field} must be one of the following: ${listText(allowed)}`))
  return out
}

function specific(validation: Validation, schema: PlainObject, value: Value, path: Path): Problem[] {
  if (isNumber(value)) return number(schema, value, path)
  if (typeof value === 'string') return text(schema, value, path)
  if (isArray(value)) return [...items(validation, schema, value, path), ...array(schema, value, path), ...contained(validation, schema, value, path)]
  return isPlain(value) ? [...object(schema, value, path), ...members(validation, schema, value, path)] : []
}

function items(validation: Validation, schema: PlainObject, value: readonly Value[], path: Path): Problem[] {
  const { items: each, additionalItems: rest } = schema
  const out: Problem[] = []
  if (isArray(each)) {
    value.slice(0, each.length).forEach((item, index) => out.push(...validate(validation, each[index] ?? true, item, [...path, String(index)])))
    if (rest === false && value.length > each.length) out.push(problem(path, 'array_no_additional_items', 'No additional items allowed on array'))
    else if (rest !== undefined) value.slice(each.length).forEach((item, index) => out.push(...validate(validation, rest, item, [...path, String(index + each.length)])))
  } else if (each !== undefined) value.forEach((item, index) => out.push(...validate(validation, each, item, [...path, String(index)])))
  return out
}

function contained(validation: Validation, { contains }: PlainObject, value: readonly Value[], path: Path): Problem[] {
  if (contains === undefined || value.some((item) => fits(validation, contains, item, path))) return []
  return [problem(path, 'contains', 'At least one of the items must match')]
}

function dependent(validation: Validation, { dependencies }: PlainObject, value: Value, path: Path): Problem[] {
  if (!isPlain(dependencies) || !isPlain(value)) return []
  const out: Problem[] = []
  for (const [name, one] of entries(dependencies)) {
    if (get(value, name) === undefined) continue
    if (!isArray(one)) out.push(...validate(validation, one, value, path))
    else for (const needed of one) if (get(value, needed) === undefined) out.push(problem(path, 'missing_dependency', `Has a dependency on ${bare(needed)}`))
  }
  return out
}

/** What belongs to no property of the schema first, then the properties. */
function members(validation: Validation, schema: PlainObject, value: PlainObject, path: Path): Problem[] {
  const { properties, patternProperties, additionalProperties: rest, propertyNames } = schema
  const patterns = isPlain(patternProperties) ? names(patternProperties).map((pattern) => [pattern, get(patternProperties, pattern) ?? null] as const) : []
  const out: Problem[] = []
  for (const name of names(value)) {
    const member = get(value, name) ?? null
    const own = isPlain(properties) && get(properties, name) !== undefined
    const patterned = patterns.filter(([pattern]) => matchesPattern(pattern, name))
    for (const [, one] of patterned) out.push(...validate(validation, one, member, [...path, name]))
    if (!own && patterned.length === 0 && rest !== undefined) {
      if (rest === false) out.push(problem(path, 'additional_property_not_allowed', `Additional property ${name} is not allowed`))
      else out.push(...validate(validation, rest, member, [...path, name]))
    }
    if (propertyNames !== undefined && !fits(validation, propertyNames, name, path)) out.push(problem(path, 'invalid_property_name', `Property name of "${name}" does not match`))
  }
  for (const name of isPlain(properties) ? names(properties) : []) {
    const member = get(value, name)
    if (member !== undefined) out.push(...validate(validation, (properties as PlainObject)[name] ?? true, member, [...path, name]))
  }
  return out
}
