/** Values for the variables of a root module, from files, environment and options, as `inputValues` has found them. */
import { dynamic, text, type Value } from '../value/value.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { parseExpression } from '../syntax/parse.ts'
import type { Expression } from '../syntax/tree.ts'
import type { Source } from '../syntax/source.ts'
import type { InputValue } from '../load/input.ts'
import type { Declaration } from '../load/declaration.ts'
import type { Module } from '../load/module.ts'
import { evaluateExpression } from './evaluate.ts'
import { problem } from './finding.ts'
import { variableScope } from './scope.ts'
import type { Given } from './variable.ts'

/**
 * Ready for `evaluateModule`. Text is taken as it is for variables without a type or of a primitive one, else read as an expression. What has no
 * variable is a warning when it comes from a file, an error when it was given as an option, and passed over in the environment.
 */
export function moduleInputs(module: Module, values: ReadonlyMap<string, InputValue>, diagnostics: Diagnostic[]): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>()
  for (const [name, value] of values) {
    const declaration = module.variables.get(name)
    if (declaration === undefined) undeclared(name, value, diagnostics)
    else given.set(name, givenOf(declaration, value, diagnostics))
  }
  return given
}

function undeclared(name: string, { from, source, given }: InputValue, diagnostics: Diagnostic[]): void {
  if (from === 'environment') return
  const span = 'expression' in given ? given.expression : { start: 0, end: source.text.length }
  const detail = `A variable named "${name}" was assigned a value, but the root module does not declare a variable of that name.`
  diagnostics.push(problem(source, span, 'Value for undeclared variable', detail, from === 'file' ? 'warning' : 'error'))
}

function givenOf(declaration: Declaration, { given, source }: InputValue, diagnostics: Diagnostic[]): Given {
  if ('expression' in given) return { value: constant(given.expression, source, diagnostics), source, span: given.expression }
  const span = { start: 0, end: source.text.length }
  if (takesText(declaration)) return { value: text(given.text), source, span }
  const { tree, diagnostics: found } = parseExpression(source)
  diagnostics.push(...found)
  return { value: found.length > 0 ? dynamic : constant(tree.value, source, diagnostics), source, span }
}

function takesText(declaration: Declaration): boolean {
  const node = declaration.arguments.get('type')?.attribute.value
  if (node === undefined) return true
  const name = node.kind === 'traversal' ? node.name : node.kind === 'string' ? node.value : ''
  return ['string', 'number', 'bool'].includes(name)
}

function constant(node: Expression, source: Source, diagnostics: Diagnostic[]): Value {
  const { value, diagnostics: found } = evaluateExpression(node, variableScope(new Map(), { functions: new Map() }), source)
  diagnostics.push(...found)
  return value
}
