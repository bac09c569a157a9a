/** Cases in a folder: JSON files of `{cases: [...]}`, in one folder for each group. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isArray, isPlain, parseJson } from '../value/index.ts'
import { type Outcome, runCase } from './case.ts'

export type Group = { readonly name: string; readonly outcomes: readonly (Outcome & { readonly file: string })[] }

/** Runs every case under a folder. A file that cannot be read as cases is one failed case. */
export function runFolder(folder: string): Group[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json')).toSorted()
  const groups = new Map<string, (Outcome & { file: string })[]>()
  for (const file of files) {
    const path = file.replaceAll('\\', '/')
    const name = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'
    let group = groups.get(name)
    if (group === undefined) groups.set(name, (group = []))
    for (const outcome of runFile(join(folder, file))) group.push({ ...outcome, file: path })
  }
  return [...groups].map(([name, outcomes]) => ({ name, outcomes }))
}

function runFile(path: string): Outcome[] {
  let read
  try {
    read = parseJson(readFileSync(path, 'utf8'))
  } catch (error) {
    return [{ note: path, passed: false, why: error instanceof Error ? error.message : String(error) }]
  }
  const cases = isPlain(read) ? read['cases'] : undefined
  if (!isArray(cases)) return [{ note: path, passed: false, why: 'the file has no list of cases' }]
  return cases.map((one) => (isPlain(one) ? runCase(one) : { note: path, passed: false, why: 'a case is not an object' }))
}
