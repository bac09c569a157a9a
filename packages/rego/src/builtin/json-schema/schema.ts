/** `json.match_schema` and `json.verify_schema`. */
import { isArray, isObject, toJson, type Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { isJson, unmarshal } from '../json/text.ts'
import { type Builtin, BuiltinFault } from '../registry.ts'
import { checkSchema } from './check.ts'
import { asValue } from './problem.ts'
import { validate } from './validate.ts'

export const jsonSchema: readonly Builtin[] = [
  define('json.match_schema', 'string|object, string|object -> array', 'whether the document fits the schema, and what is wrong with it', ([given = null, by = null], context) => {
    const schema = loaded(by)
    checkSchema(schema)
    const problems = validate({ root: schema, context, depth: 0 }, schema, loaded(given), [])
    return [problems.length === 0, problems.map(asValue)]
  }),
  define('json.verify_schema', 'string|object -> array', 'whether this is a schema, and what is wrong with it', ([given = null]) => {
    try {
      checkSchema(loaded(given))
      return [true, null]
    } catch (error) {
      if (error instanceof BuiltinFault) return [false, `jsonschema: ${error.message}`]
      throw error
    }
  }),
]

/** A document as it stands, or as JSON text. */
function loaded(value: Value): Value {
  if (isObject(value) || isArray(value)) return toJson(value)
  if (typeof value !== 'string') throw new BuiltinFault('wrong type, expected string or object')
  if (!isJson(value)) throw new BuiltinFault('invalid JSON string')
  return unmarshal(value)
}
