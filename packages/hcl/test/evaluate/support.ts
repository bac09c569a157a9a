/** A module in memory, evaluated; and its values as plain JavaScript. */
import { evaluateModule, type ModuleInstance, type ModuleOptions, type Plain, type ResourceInstance, toPlain } from '../../src/evaluate/index.ts'
import { memoryLoader } from '../../src/load/loader.ts'
import { loadModule } from '../../src/load/module.ts'
import { text, type Value } from '../../src/value/value.ts'

export function evaluated(files: string | Record<string, string>, inputs: Record<string, Value> = {}, options: ModuleOptions = {}): ModuleInstance {
  const loader = memoryLoader(typeof files === 'string' ? { 'main.tf': files } : files)
  const { module, diagnostics } = loadModule(loader)
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ detail }) => detail).join('\n'))
  const given = new Map(Object.entries(inputs).map(([name, value]) => [name, { value, source: null, span: { start: 0, end: 0 } }]))
  return evaluateModule(module, given, { files: loader, ...options })
}

export const resourcesOf = (root: ModuleInstance): ResourceInstance[] => [...root.resources()]

/** The argument of every instance, by address. */
export const argumentOf = (root: ModuleInstance, name: string): Record<string, Plain> =>
  Object.fromEntries(resourcesOf(root).map(({ address, body }) => [address, toPlain(body.arguments.get(name)?.value ?? text('(not set)'))]))

export const output = (root: ModuleInstance, name: string): Plain | undefined => {
  const value = root.output(name)
  return value === undefined ? undefined : toPlain(value)
}

export const findings = (root: ModuleInstance): string[] => {
  root.check()
  return root.diagnostics.map(({ summary }) => summary)
}
