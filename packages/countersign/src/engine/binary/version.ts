/**
 * Asks the program which product and version it is. The plain form of `version` is used: it names the product in its first line,
 * where `version -json` of OpenTofu calls itself `terraform_version`.
 *
 * Least versions: Terraform 1.3 and OpenTofu 1.6, the oldest that write what is needed here (plan JSON with format version 1,
 * sensitivity marks, replacement reasons, and a lineage that stays through moves).
 */
import { EngineError } from '../error.ts'
import { capture } from '../run/child.ts'
import type { EngineName } from '../shape.ts'

export type Version = { readonly name: EngineName; readonly version: string }

const least: Readonly<Record<EngineName, readonly [number, number]>> = { terraform: [1, 3], tofu: [1, 6] }

/** Throws EngineError `engine_unusable`, `engine_too_old`. */
export async function readVersion(path: string, directory: string, environment: Readonly<Record<string, string>>): Promise<Version> {
  // Without CHECKPOINT_DISABLE it would ask the vendor's server for news before it answers.
  const answer = await capture({ file: path, arguments: ['version'], directory, environment: { ...environment, CHECKPOINT_DISABLE: '1' } }, 1_000_000)
  const match = /^(Terraform|OpenTofu) v((\d+)\.(\d+)\.\d+\S*)/m.exec(answer.output.toString('utf8'))
  if (answer.code !== 0 || !match) {
    throw new EngineError('engine_unusable', `${path} does not answer \`version\` as terraform or tofu do. Set TERRAFORM_BIN to the program itself, and see what \`${path} version\` says.`)
  }
  const name: EngineName = match[1] === 'OpenTofu' ? 'tofu' : 'terraform'
  const [major, minor] = [Number(match[3]), Number(match[4])]
  const [leastMajor, leastMinor] = least[name]
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    throw new EngineError('engine_too_old', `${path} is ${match[1]} ${match[2]}; ${leastMajor}.${leastMinor} is the oldest version whose plans say enough to be countersigned. Install a newer one, or set TERRAFORM_BIN to it.`)
  }
  return { name, version: match[2] ?? '' }
}
