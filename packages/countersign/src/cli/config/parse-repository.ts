/** The text of a `.countersign.yaml`. Apart from its reading, because most folders have none and YAML takes time to load. */
import { parseDocument } from 'yaml'
import { CliError } from '../exit.ts'

/** Throws CliError `repository_file_invalid`. */
export function parseRepository(text: string, path: string): { server?: string; workspace?: string } {
  const document = parseDocument(text, { uniqueKeys: true, schema: 'failsafe' })
  const problem = document.errors[0]
  if (problem) throw invalid(path, problem.message)
  const value: unknown = document.toJS({ maxAliasCount: 0 }) ?? {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'it must hold lines of the form "name: value"')
  const found: { server?: string; workspace?: string } = {}
  for (const [key, entry] of Object.entries(value)) {
    if (key !== 'server' && key !== 'workspace') throw invalid(path, `it has ${JSON.stringify(key)}; it may say \`server\` and \`workspace\` only`)
    if (typeof entry !== 'string') throw invalid(path, `${key} must be one text`)
    found[key] = entry
  }
  return found
}

function invalid(path: string, why: string): CliError {
  return new CliError('repository_file_invalid', `${path} cannot be used: ${why}.`, 'Correct it, or take it away and use --server and --workspace.')
}
