/** Is this a schema? Drafts 4, 6 and 7, told apart by `$schema`, or taken together where it is missing. */
import { entries, equal, isArray, isInteger, isNumber, isPlain, names, type PlainObject, typeName, type Value } from '../../value/index.ts'
import { BuiltinFault } from '../registry.ts'
import { isPattern } from './formats.ts'

const types = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string']

const wrong = (message: string): never => {
  throw new BuiltinFault(message)
}

type Check = (value: Value, key: string) => void

const mustBe = (type: string, key: string): never => wrong(`Invalid type. Expected: ${type}, given: ${key}`)

const text: Check = (value, key) => { if (typeof value !== 'string') mustBe(key, 'string') }
const size: Check = (value, key) => {
  if (!isInteger(value)) wrong(`${key} must be of an integer`)
  else if (value < 0) wrong(`${key} must be greater than or equal to 0`)
}
const numeric: Check = (value, key) => { if (!isNumber(value)) wrong(`${key} must be of a number`) }
const truth: Check = (value, key) => { if (typeof value !== 'boolean') wrong(`${key} must be of a boolean`) }
const list: Check = (value, key) => { if (!isArray(value)) wrong(`${key} must be of type array`) }

const one: Check = (value, key) => {
  if (typeof value !== 'boolean' && !isPlain(value)) wrong(`${key} must be of type object`)
  checkSchema(value)
}
const many: Check = (value, key) => {
  if (!isArray(value)) wrong(`${key} must be of type array`)
  else if (value.length === 0) wrong(`${key} must have at least one schema`)
  else for (const schema of value) one(schema, key)
}
const named: Check = (value, key) => {
  if (!isPlain(value)) wrong(`${key} must be of type object`)
  else for (const [, schema] of entries(value)) one(schema, key)
}

const checks: Record<string, Check> = {
  type: (value) => (isArray(value) ? value : [value]).forEach((name) => {
    if (typeof name !== 'string') wrong(`type must be of type string or array of strings`)
    else if (!types.includes(name)) wrong(`has a primitive type that is NOT VALID -- given: /${name}/ Expected valid values are:[${types.join(' ')}]`)
  }),
  properties: named,
  patternProperties: (value, key) => {
    named(value, key)
    for (const name of names(value as PlainObject)) if (!isPattern(name)) wrong(`Invalid regex pattern ${JSON.stringify(name)}`)
  },
  definitions: named,
  $defs: named,
  additionalProperties: one,
  additionalItems: one,
  items: (value, key) => (isArray(value) ? value.forEach((schema) => one(schema, key)) : one(value, key)),
  allOf: many,
  anyOf: many,
  oneOf: many,
  not: one,
  if: one,
  then: one,
  else: one,
  contains: one,
  propertyNames: one,
  dependencies: (value, key) => {
    if (!isPlain(value)) wrong(`${key} must be of type object`)
    else for (const [, dependency] of entries(value)) if (isArray(dependency)) dependency.forEach((name) => text(name, key)); else one(dependency, key)
  },
  required: (value, key) => {
    list(value, key)
    const wanted = value as readonly Value[]
    for (const name of wanted) if (typeof name !== 'string') wrong(`required items must be of type string`)
    if (wanted.some((name, index) => wanted.findIndex((other) => equal(other, name)) < index)) wrong('required items must be unique')
  },
  enum: (value, key) => {
    list(value, key)
    if ((value as readonly Value[]).length === 0) wrong('enum must contain at least one value')
  },
  minLength: size, maxLength: size, minItems: size, maxItems: size, minProperties: size, maxProperties: size,
  minimum: numeric, maximum: numeric,
  exclusiveMinimum: (value, key) => { if (typeof value !== 'boolean') numeric(value, key) },
  exclusiveMaximum: (value, key) => { if (typeof value !== 'boolean') numeric(value, key) },
  multipleOf: (value, key) => {
    numeric(value, key)
    if (isNumber(value) && value <= 0) wrong(`multipleOf must be strictly greater than 0`)
  },
  uniqueItems: truth,
  pattern: (value, key) => {
    text(value, key)
    if (typeof value === 'string' && !isPattern(value)) wrong(`Invalid regex pattern ${JSON.stringify(value)}`)
  },
  title: text, description: text, format: text, $ref: text,
}

/** Throws a BuiltinFault where it is none. */
export function checkSchema(schema: Value): void {
  if (typeof schema === 'boolean') return
  if (!isPlain(schema)) {
    wrong(`Invalid type. Expected: object, given: ${typeName(schema)}`)
    return
  }
  for (const [key, value] of entries(schema)) if (typeof key === 'string' && Object.hasOwn(checks, key)) checks[key]?.(value, key)
}
