/** YAML. */
import { define } from '../define.ts'
import { stringAt } from '../operand.ts'
import { type Builtin, BuiltinFault } from '../registry.ts'
import { readYaml } from './read.ts'
import { writeYaml } from './write.ts'

export const yaml: readonly Builtin[] = [
  define('yaml.marshal', 'any -> string', 'the value as YAML', ([value = null], context) => {
    const text = writeYaml(value)
    context.reserve(text.length >> 3)
    return text
  }),
  define('yaml.unmarshal', 'string -> any', 'the value of a YAML text', (args, context) => {
    const text = stringAt(args, 1)
    context.spend(text.length)
    return readYaml(text, context)
  }),
  define('yaml.is_valid', 'string -> boolean', 'the string is YAML', ([value], context) => {
    if (typeof value !== 'string') return false
    context.spend(value.length)
    try {
      readYaml(value, context)
      return true
    } catch (error) {
      if (error instanceof BuiltinFault) return false
      throw error
    }
  }),
]
