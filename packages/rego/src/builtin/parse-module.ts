/** `rego.parse_module`: a module's text as data, in the form that OPA gives its syntax trees. */
import { define } from './define.ts'
import { stringAt } from './operand.ts'
import { type Builtin, BuiltinFault } from './registry.ts'
import { formatDiagnostic } from '../error.ts'
import { parseModule } from '../syntax/parse.ts'
import { moduleValue } from './syntax-value.ts'

export const parseModuleBuiltin: Builtin = define('rego.parse_module', 'string, string -> object', 'the syntax tree of a module', (args, context) => {
  const [file, text] = [stringAt(args, 1), stringAt(args, 2)]
  context.spend(text.length)
  const parsed = parseModule(text, { file })
  if (!parsed.ok) throw new BuiltinFault(parsed.diagnostics.map(formatDiagnostic).join('\n'))
  return moduleValue(parsed.value)
})
