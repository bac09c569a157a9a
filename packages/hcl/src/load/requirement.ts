/** What a module asks of Terraform and of providers, as data: `required_version` and `required_providers`. Constraints are text, not judged. */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { type Argument, contentsOf, type Declaration, type Nested } from './declaration.ts'
import { loadFinding, type Place } from './finding.ts'

/** One entry of `required_providers`. `source` and `version` are null where they are not given. */
export interface RequiredProvider {
  readonly name: string
  readonly source: string | null
  readonly version: string | null
  /** The addresses of `configuration_aliases`, such as `aws.west`. */
  readonly aliases: readonly string[]
  readonly place: Place
}

/** A `required_version`. */
export interface RequiredVersion {
  readonly constraint: string
  readonly place: Place
}

const placeOf = ({ source, attribute }: Argument): Place => ({ source, start: attribute.start, end: attribute.end })

/** The text of an argument that must be a plain string; null with a finding otherwise. */
export function plainString(argument: Argument, diagnostics: Diagnostic[]): string | null {
  const { value } = argument.attribute
  if (value.kind === 'string') return value.value
  if (value.kind !== 'error') diagnostics.push(loadFinding('invalid-requirement', `${argument.name} must be a plain string here.`, placeOf(argument)))
  return null
}

/** All requirements of the `terraform` blocks of a module. */
export function requirementsOf(blocks: readonly Declaration[], diagnostics: Diagnostic[]): { versions: RequiredVersion[]; providers: Map<string, RequiredProvider> } {
  const versions: RequiredVersion[] = []
  const providers = new Map<string, RequiredProvider>()
  for (const terraform of blocks) {
    const version = terraform.arguments.get('required_version')
    const constraint = version && plainString(version, diagnostics)
    if (version && typeof constraint === 'string') versions.push({ constraint, place: placeOf(version) })
    for (const block of terraform.blocks) if (block.type === 'required_providers') addProviders(block, providers, diagnostics)
  }
  return { versions, providers }
}

function addProviders(block: Nested, providers: Map<string, RequiredProvider>, diagnostics: Diagnostic[]): void {
  for (const [name, argument] of contentsOf(block.block.body, block.source, block.type, diagnostics).arguments) {
    if (providers.has(name)) {
      diagnostics.push(loadFinding('duplicate-declaration', `The provider ${name} is already required in this module.`, placeOf(argument)))
      continue
    }
    providers.set(name, providerOf(name, argument, diagnostics))
  }
}

/** `name = "version"` (the old form) or `name = { source, version, configuration_aliases }`. */
function providerOf(name: string, argument: Argument, diagnostics: Diagnostic[]): RequiredProvider {
  const place = placeOf(argument)
  const { value } = argument.attribute
  const found: { source: string | null; version: string | null; aliases: readonly string[] } = { source: null, version: null, aliases: [] }
  if (value.kind === 'string') found.version = value.value
  else if (value.kind === 'object') {
    for (const item of value.items) {
      const key = item.key.kind === 'name' ? item.key.name : item.key.kind === 'string' ? item.key.value : ''
      if ((key === 'source' || key === 'version') && item.value.kind === 'string') found[key] = item.value.value
      else if (key === 'configuration_aliases' && item.value.kind === 'tuple') found.aliases = item.value.items.map((alias) => (alias.kind === 'string' ? alias.value : (argument.source.slice(alias) ?? '')))
      else diagnostics.push(loadFinding('invalid-requirement', `${key === '' ? 'This key' : key} of the required provider ${name} is not understood: there are source, version and configuration_aliases.`, { source: argument.source, start: item.start, end: item.end }))
    }
  } else if (value.kind !== 'error') diagnostics.push(loadFinding('invalid-requirement', `The required provider ${name} needs an object with source and version.`, place))
  return { name, ...found, place }
}
