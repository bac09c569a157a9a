/**
 * What the configuration runs and where it comes from: provisioners, external data sources, module sources, provider requirements.
 * A person must see which program runs, so its text is kept, with masks inside; every other expression is dropped.
 */
import type { Json, RawPlan, RedactedPlan } from '../shape.ts'
import { maxDepth, tooDeep } from '../text/depth.ts'
import { isObject } from '../text/parse.ts'
import type { Masker } from './masker.ts'

export type Programs = Pick<RedactedPlan, 'provisioners' | 'external' | 'modules' | 'providers'>

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const items = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const members = (value: Json | undefined): [string, Json][] => (isObject(value) ? Object.entries(value) : [])
const member = (value: Json | undefined, key: string): Json | undefined => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined)

/** The longest program text kept, in characters; the rest is named by its length. */
const maxProgram = 4000

/** An expression as a person reads it: the literal, or what it is made from. */
function expressionText(expression: Json | undefined, masker: Masker): string {
  const literal = member(expression, 'constant_value')
  if (literal !== undefined) return masker.text(typeof literal === 'string' ? literal : JSON.stringify(literal))
  const references = items(member(expression, 'references')).map((reference) => text(reference)).filter((reference) => reference !== '')
  if (references.length === 0) return '(not shown: the plan does not hold it)'
  // Terraform's plan names only what a template is made from. Whoever signs must know that the program itself is not before them.
  return `(not shown: the plan only says that it is made from ${masker.text([...new Set(references)].join(', '))}; read it in the configuration, whose files are bound)`
}

function shorten(program: string): string {
  return program.length <= maxProgram ? program : `${program.slice(0, maxProgram)}(${program.length - maxProgram} more characters)`
}

/** The settings that decide what runs, in the order in which a shell would read them. */
const programSettings = ['interpreter', 'working_dir', 'command', 'inline', 'script', 'scripts', 'source', 'content', 'destination'] as const

function programOf(provisioner: Json, masker: Masker): string {
  const expressions = member(provisioner, 'expressions')
  const parts: string[] = []
  for (const setting of programSettings) {
    const expression = member(expressions, setting)
    if (expression === undefined) continue
    const shown = setting === 'content' ? '(content)' : expressionText(expression, masker)
    parts.push(setting === 'command' ? shown : `${setting}=${shown}`)
  }
  const environment = members(member(expressions, 'environment')).map(([name]) => name)
  if (environment.includes('constant_value') || environment.includes('references')) parts.push('with an environment')
  return shorten(parts.join('  '))
}

/** Terraform's plan JSON does not always say when a provisioner runs: then it counts for creation and destruction both. */
function whenOf(provisioner: Json): 'create' | 'destroy' | 'unknown' {
  const when = member(provisioner, 'when')
  return when === 'destroy' || when === 'create' ? when : 'unknown'
}

/** `path` is the module path of the configuration: `module.a.module.b.`, or "". */
function walkModule(module: Json | undefined, path: string, into: Programs, masker: Masker, depth: number): void {
  if (depth === 0) throw tooDeep()
  for (const resource of items(member(module, 'resources'))) {
    const address = path + masker.text(text(member(resource, 'address')))
    for (const provisioner of items(member(resource, 'provisioners'))) {
      into.provisioners.push({ address, type: masker.word(text(member(provisioner, 'type'))), when: whenOf(provisioner), program: programOf(provisioner, masker) })
    }
    if (member(resource, 'type') === 'external' && member(resource, 'mode') === 'data') {
      into.external.push({ address, program: shorten(expressionText(member(member(resource, 'expressions'), 'program'), masker)) })
    }
  }
  for (const [name, call] of members(member(module, 'module_calls'))) {
    const address = `${path}module.${masker.text(name)}`
    const version = member(call, 'version_constraint') ?? member(call, 'version')
    into.modules.push({ address, source: masker.text(text(member(call, 'source'))), version: masker.text(text(version)) })
    walkModule(member(call, 'module'), `${address}.`, into, masker, depth - 1)
  }
}

export function collectPrograms(plan: RawPlan, masker: Masker): Programs {
  const into: Programs = { provisioners: [], external: [], modules: [], providers: [] }
  const configuration = plan['configuration']
  const seen = new Set<string>()
  for (const [key, provider] of members(member(configuration, 'provider_config'))) {
    const name = masker.text(text(member(provider, 'full_name')) || text(member(provider, 'name')) || key)
    const version = masker.text(text(member(provider, 'version_constraint')))
    if (!seen.has(`${name} ${version}`)) into.providers.push({ name, version })
    seen.add(`${name} ${version}`)
  }
  walkModule(member(configuration, 'root_module'), '', into, masker, maxDepth)
  return into
}
