/** A root module as the commands read it: from a directory, confined, with the values that options, files and the environment give. */
import { realpathSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { evaluateModule, moduleInputs, type ModuleInstance } from '../evaluate/index.ts'
import { type InputOption, inputValues } from '../load/input.ts'
import { loadModule } from '../load/module.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { nodeLoader } from './node-loader.ts'
import { UsageError, valueOf, type Words } from './words.ts'

/** The root module, ready to be asked, and what was found while loading it. */
export interface Configuration {
  readonly root: ModuleInstance
  readonly diagnostics: readonly Diagnostic[]
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    throw new UsageError(`${path} is not a directory that can be read.`)
  }
}

/** Nothing is read outside of this directory: the one given, else the current one if the module lies in it, else the module's own. */
function boundary(directory: string, given: string | undefined): string {
  const isInside = (root: string): boolean => directory === root || directory.startsWith(root.endsWith(sep) ? root : root + sep)
  if (given !== undefined) {
    const root = real(given)
    if (!isInside(root)) throw new UsageError(`${directory} lies outside of the root ${root}.`)
    return root
  }
  const current = real('.')
  return isInside(current) ? current : directory
}

/** Reads a configuration with the options `--root`, `--var` and `--var-file`. */
export function configuration(path: string, words: Words): Configuration {
  const directory = real(path)
  const root = boundary(directory, valueOf(words, 'root'))
  const loader = nodeLoader(root)
  const within = relative(root, directory).split(sep).join('/')
  const { module, diagnostics } = loadModule(loader, within)
  const found: Diagnostic[] = [...diagnostics]
  const options = words.values.flatMap(({ name, value }): InputOption[] => (name === 'var' ? [{ var: value }] : name === 'var-file' ? [{ file: value }] : []))
  const inputs = moduleInputs(module, inputValues(loader, within, { environment: process.env, options }, found), found)
  return { root: evaluateModule(module, inputs, { files: loader, workspace: process.env['TF_WORKSPACE'] || 'default', workingDirectory: real('.') }), diagnostics: found }
}
