/** Finds the terraform or tofu that will run: TERRAFORM_BIN, then the name asked for, then `terraform`, then `tofu`, on PATH. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { EngineError } from '../error.ts'
import type { EngineName, Environment } from '../shape.ts'

const howToGet =
  'Get Terraform from https://developer.hashicorp.com/terraform/install or OpenTofu from https://opentofu.org/docs/intro/install, put it on PATH, or set TERRAFORM_BIN to its path'

/** Absolute path. Throws EngineError `engine_missing`. */
export function findEngine(environment: Environment, directory: string, wanted?: EngineName): string {
  const set = environment['TERRAFORM_BIN']
  if (set) {
    const path = resolve(directory, set)
    if (isProgram(path)) return path
    throw new EngineError('engine_missing', `TERRAFORM_BIN names ${path}, which is not a program that can be run. ${howToGet}.`)
  }
  const names: EngineName[] = wanted ? [wanted] : ['terraform', 'tofu']
  // An empty entry of PATH means the current folder: a checkout could bring its own terraform, so it is not looked at.
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const name of names) {
    for (const folder of folders) {
      const path = resolve(directory, join(folder, process.platform === 'win32' ? `${name}.exe` : name))
      if (isProgram(path)) return path
    }
  }
  throw new EngineError('engine_missing', `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not on PATH. ${howToGet}.`)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
