/**
 * Every value that Terraform knows to be sensitive, from every place where it stands: the maps beside changes, the state and the
 * planned values, sensitive variables and outputs, at the root and in modules, and literals in provider and connection blocks
 * under names that say so. The result never leaves the machine; it is what recurrences are searched for.
 */
import type { Json, JsonObject, RawPlan } from '../shape.ts'
import { maxDepth, tooDeep } from '../text/depth.ts'
import { isObject } from '../text/parse.ts'
import { isBigNumber } from './marks.ts'
import { isHarmlessValue, isSecretName } from './secret-shapes.ts'

export type Sensitive = { strings: Set<string>; numbers: Set<number> }

/** Keys that are attribute names rather than data: plain lower-case words. They are not searched for. */
const schemaWord = /^[a-z]+(?:_[a-z]+)*$/

function take(value: Json | undefined, into: Sensitive, depth = maxDepth): void {
  if (depth === 0) throw tooDeep()
  if (typeof value === 'string') into.strings.add(value)
  else if (typeof value === 'number') into.numbers.add(value)
  else if (Array.isArray(value)) for (const item of value) take(item, into, depth - 1)
  else if (isObject(value)) {
    if (isBigNumber(value)) {
      into.strings.add(value.$number)
      return
    }
    for (const key of Object.keys(value)) {
      if (!schemaWord.test(key)) into.strings.add(key)
      take(value[key], into, depth - 1)
    }
  }
}

/** Takes what the map marks. A map of an unexpected kind marks everything below it. */
export function takeMarked(value: Json | undefined, marks: Json | undefined, into: Sensitive, depth = maxDepth): void {
  if (marks === undefined || marks === null || marks === false || value === undefined || value === null) return
  if (depth === 0) throw tooDeep()
  if (Array.isArray(marks)) {
    if (!Array.isArray(value)) return take(value, into)
    for (let i = 0; i < marks.length; i++) takeMarked(value[i], marks[i], into, depth - 1)
    return
  }
  if (typeof marks !== 'object') return take(value, into)
  for (const key in marks) {
    if (!isObject(value)) return take(value, into)
    takeMarked(value[key], marks[key], into, depth - 1)
  }
}

const items = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const members = (value: Json | undefined): [string, Json][] => (isObject(value) ? Object.entries(value) : [])
const member = (value: Json | undefined, key: string): Json | undefined => (isObject(value) ? value[key] : undefined)

function takeState(values: Json | undefined, into: Sensitive): void {
  for (const [, output] of members(member(values, 'outputs'))) if (member(output, 'sensitive') === true) take(member(output, 'value'), into)
  takeModule(member(values, 'root_module'), into, maxDepth)
}

function takeModule(module: Json | undefined, into: Sensitive, depth: number): void {
  if (depth === 0) throw tooDeep()
  for (const resource of items(member(module, 'resources'))) takeMarked(member(resource, 'values'), member(resource, 'sensitive_values'), into)
  for (const child of items(member(module, 'child_modules'))) takeModule(child, into, depth - 1)
}

function takeChange(holder: Json | undefined, into: Sensitive): void {
  const change = member(holder, 'change') ?? holder
  takeMarked(member(change, 'before'), member(change, 'before_sensitive'), into)
  takeMarked(member(change, 'after'), member(change, 'after_sensitive'), into)
}

/** Literals of an expression tree: `{"constant_value": ...}` at any depth, with the name each stands under. */
function takeNamedLiterals(name: string, expression: Json | undefined, into: Sensitive, depth: number): void {
  if (depth === 0) throw tooDeep()
  if (Array.isArray(expression)) for (const item of expression) takeNamedLiterals(name, item, into, depth - 1)
  if (!isObject(expression)) return
  const literal = expression['constant_value']
  if (literal !== undefined && isSecretName(name) && !(typeof literal === 'string' && isHarmlessValue(literal))) take(literal, into)
  for (const [key, inner] of Object.entries(expression)) if (key !== 'references') takeNamedLiterals(key === 'constant_value' ? name : key, inner, into, depth - 1)
}

function takeConfiguredModule(module: Json | undefined, passed: Json | undefined, into: Sensitive, depth: number): void {
  if (depth === 0) throw tooDeep()
  for (const [name, variable] of members(member(module, 'variables'))) {
    if (member(variable, 'sensitive') !== true) continue
    take(member(variable, 'default'), into)
    take(member(member(passed, name), 'constant_value'), into)
  }
  for (const [, output] of members(member(module, 'outputs'))) {
    if (member(output, 'sensitive') === true) take(member(member(output, 'expression'), 'constant_value'), into)
  }
  for (const resource of items(member(module, 'resources'))) {
    for (const provisioner of items(member(resource, 'provisioners'))) takeNamedLiterals('', member(provisioner, 'expressions'), into, maxDepth)
  }
  for (const [, call] of members(member(module, 'module_calls'))) takeConfiguredModule(member(call, 'module'), member(call, 'expressions'), into, depth - 1)
}

function takeVariables(plan: RawPlan, into: Sensitive): void {
  const declared = member(member(plan['configuration'], 'root_module'), 'variables')
  for (const [name, variable] of members(plan['variables'])) {
    const value = member(variable, 'value')
    const named = isSecretName(name) && !(typeof value === 'string' && isHarmlessValue(value))
    if (member(member(declared, name), 'sensitive') === true || named) take(value, into)
  }
}

export function collectSensitive(plan: RawPlan): Sensitive {
  const into: Sensitive = { strings: new Set(), numbers: new Set() }
  takeVariables(plan, into)
  const configuration = plan['configuration']
  takeConfiguredModule(member(configuration, 'root_module'), undefined, into, maxDepth)
  for (const [, provider] of members(member(configuration, 'provider_config'))) takeNamedLiterals('', member(provider, 'expressions'), into, maxDepth)
  takeState(plan['planned_values'], into)
  takeState(member(plan['prior_state'], 'values'), into)
  for (const part of ['resource_changes', 'resource_drift', 'deferred_changes']) {
    for (const entry of items(plan[part])) takeChange(member(entry, 'resource_change') ?? entry, into)
  }
  for (const invocation of items(plan['action_invocations'])) takeMarked(member(invocation, 'config_values'), member(invocation, 'config_sensitive'), into)
  for (const [, output] of members(plan['output_changes'])) takeChange(output, into)
  takeHiddenOutputs(plan, into)
  return into
}

/** Terraform before 0.15 has no maps beside outputs: there, the configuration says which are sensitive. */
function takeHiddenOutputs(plan: RawPlan, into: Sensitive): void {
  const declared: JsonObject | undefined = isObject(plan['configuration']) ? plan['configuration'] : undefined
  for (const [name, output] of members(plan['output_changes'])) {
    if (!isSensitiveOutput(declared, name)) continue
    take(member(output, 'before'), into)
    take(member(output, 'after'), into)
  }
}

export const isSensitiveOutput = (configuration: JsonObject | undefined, name: string): boolean =>
  member(member(member(member(configuration, 'root_module'), 'outputs'), name), 'sensitive') === true
