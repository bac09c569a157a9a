/**
 * From the names of a source to workspaces here: one rule, shown before anything is asked.
 *
 * `{path}` is the source's own path without its ending, `{name}` the same with hyphens for slashes, `{workspace}` the CLI workspace. What
 * is empty takes its hyphen or slash along. Two states never become one workspace.
 */
import { isStateWorkspace } from '@countersign/proof'
import { CliError } from '../../exit.ts'
import type { Found } from './source.ts'

export type Mapped = Found & { readonly target: string }

/** The rule where none is given: `default` says nothing, so it is left out. */
export function defaultRule(project: string): string {
  return `${project}/{name}-{workspace}`
}

/** Throws CliError `mapping_invalid`. `fallback`: the name of what has neither path nor workspace. */
export function mapNames(found: readonly Found[], rule: string, fallback: string): Mapped[] {
  const unknown = [...rule.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name ?? '').find((name) => !['path', 'name', 'workspace'].includes(name))
  if (unknown !== undefined) throw new CliError('mapping_invalid', `{${unknown}} is nothing that a source has.`, 'There are: {path}, {name}, {workspace}. Write it as --to \'payments/{name}-{workspace}\'')
  const mapped = found.map((one) => ({ ...one, target: targetOf(one, rule, fallback) }))
  for (const { name, target } of mapped) {
    if (!isStateWorkspace(target)) throw new CliError('mapping_invalid', `${JSON.stringify(name)} would become ${JSON.stringify(target)}, which is not the name of a workspace.`, 'Say the rule with --to, as in --to \'payments/{name}\'')
  }
  const twice = mapped.find(({ target }, i) => mapped.findIndex((other) => other.target === target) !== i)
  if (twice) {
    const names = mapped.filter(({ target }) => target === twice.target).map(({ name }) => JSON.stringify(name))
    throw new CliError('mapping_invalid', `${names.slice(0, 5).join(' and ')} would both become ${twice.target}.`, 'Say a rule that tells them apart with --to, as in --to \'payments/{path}/{workspace}\'')
  }
  return mapped
}

function targetOf({ path, workspace }: Found, rule: string, fallback: string): string {
  const given: Readonly<Record<string, string>> = { path, name: path.replaceAll('/', '-'), workspace: workspace === 'default' ? '' : workspace }
  const filled = rule.replace(/([-/])?\{(path|name|workspace)\}/g, (_, before: string | undefined, name: string) => {
    const value = given[name] ?? ''
    return value === '' ? (before === '/' ? '/' : '') : `${before ?? ''}${value}`
  })
  const [project = '', ...rest] = filled.split('/')
  if (rest.length === 0) return filled // refused: it names no project
  const name = rest.filter((part) => part !== '').join('/').replace(/^-+/, '')
  return `${project}/${name === '' ? fallback : name}`
}
