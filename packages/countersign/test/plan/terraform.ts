/** Real plans from the real program, for tests: found by TERRAFORM_BIN, then PATH. Missing: skipped loudly, and an error under CI. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = process.env['TERRAFORM_BIN'] ?? 'terraform'
const quiet: NodeJS.ProcessEnv = { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' }
for (const name of Object.keys(quiet)) if (name.startsWith('TF_VAR_') || name.startsWith('TF_CLI_ARGS') || name === 'TF_WORKSPACE') delete quiet[name]

function terraform(folder: string, ...args: string[]): Buffer {
  return execFileSync(program, [`-chdir=${folder}`, ...args], { env: quiet, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 512 * 1024 * 1024 })
}

export function hasTerraform(): boolean {
  try {
    execFileSync(program, ['version'], { env: quiet, stdio: 'ignore' })
    return true
  } catch {
    if (process.env['CI'] === 'true') throw new Error('terraform is missing: set TERRAFORM_BIN or put it on PATH')
    process.stderr.write('SKIPPED: terraform is missing; set TERRAFORM_BIN or put it on PATH\n')
    return false
  }
}

export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'countersign-plan-'))

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }

  copyFrom(folder: string): void {
    cpSync(folder, this.folder, { recursive: true })
  }

  init(): void {
    terraform(this.folder, 'init', '-input=false', '-no-color')
  }

  /** Plans and answers the bytes of the plan's JSON. */
  plan(file: string): Uint8Array {
    terraform(this.folder, 'plan', '-input=false', '-no-color', `-out=${file}`)
    return terraform(this.folder, 'show', '-json', file)
  }

  apply(file: string): void {
    terraform(this.folder, 'apply', '-input=false', '-no-color', file)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
