/** `hcl check`: parses files, thousands in one process, one after the other; nothing is kept but the findings. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseFile } from '../load/file.ts'
import { type Diagnostic, hasErrors } from '../syntax/diagnostics.ts'
import { jsonOf, type JsonDiagnostic, lineOf, safe } from './report.ts'
import { UsageError, type Words } from './words.ts'

const known = /\.(tf|tofu|tfvars|hcl|tf\.json|tofu\.json|tfvars\.json|tftest\.hcl|tofutest\.hcl)$/

/** The files below a directory, by name; links are not followed, `.terraform` and `.git` not entered. */
function* below(directory: string): Generator<string> {
  const entries: Dirent[] = readdirSync(directory, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== '.terraform' && entry.name !== '.git') yield* below(path)
    } else if (known.test(entry.name) && (entry.isFile() || entry.isSymbolicLink())) yield path
  }
}

/** What was asked for, file by file. What is not there is yielded as well, and found missing when it is read. */
function* asked(paths: readonly string[]): Generator<string> {
  for (const path of paths) {
    const found = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory()) yield* below(path)
    else yield path
  }
}

/** Reads and parses one; what cannot be read is an error of its own. */
function findingsOf(path: string): readonly Diagnostic[] {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path === '-' ? 0 : path)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown'
    return [{ severity: 'error', code: 'missing-file', summary: 'The file cannot be read', detail: `${path}: ${why}`, source: null, start: 0, end: 0 }]
  }
  return parseFile(path === '-' ? '<stdin>' : path, bytes).diagnostics
}

/** The command. */
export function check({ flags, rest }: Words): number {
  if (rest.length === 0) throw new UsageError('Which files or directories?')
  const json = flags.has('json')
  const all: JsonDiagnostic[] = []
  let files = 0
  let errors = 0
  for (const path of asked(rest)) {
    files++
    const found = findingsOf(path)
    if (hasErrors(found)) errors++
    if (json) for (const one of found) all.push(jsonOf(one))
    else if (found.length > 0) process.stdout.write(found.map(lineOf).join(''))
  }
  if (json) process.stdout.write(`${JSON.stringify({ files, errors, diagnostics: all })}\n`)
  else if (files === 0) process.stderr.write(`No file of Terraform's language in ${safe(rest.join(', '))}.\n`)
  return errors === 0 ? 0 : 1
}
