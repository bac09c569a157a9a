/** A folder with a configuration, the real terraform in it, and fake ones where the real one cannot be made to fail that way. */
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { makePlan, prepare, type Environment, type Plan, type Prepared, type PrepareOptions, type Streams } from '../../src/engine/index.ts'

const program = process.env['TERRAFORM_BIN'] ?? 'terraform'

/** The environment of the test run without what steers terraform. */
export const plainEnvironment: Environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TF_') || name === 'TF_CLI_CONFIG_FILE'))

/** Missing: skipped loudly, and an error under CI. */
export function hasTerraform(): boolean {
  try {
    execFileSync(program, ['version'], { stdio: 'ignore' })
    return true
  } catch {
    if (process.env['CI'] === 'true') throw new Error('terraform is missing: set TERRAFORM_BIN or put it on PATH')
    process.stderr.write('SKIPPED: terraform is missing; set TERRAFORM_BIN or put it on PATH\n')
    return false
  }
}

export type Place = { folder: string; write(name: string, text: string, mode?: number): string; remove(): void }

export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-engine-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  onTestFinished(remove)
  return {
    folder,
    remove,
    write(name, text, mode = 0o644) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      chmodSync(path, mode)
      return path
    },
  }
}

export function resource(name: string, more = ''): string {
  return `resource "terraform_data" "${name}" {\n  input = "x"\n${more}}\n`
}

export type Heard = Streams & { words: () => string }

/** Terraform's words, kept. */
export function listen(): Heard {
  const parts: Buffer[] = []
  const keep = (chunk: Uint8Array): void => void parts.push(Buffer.from(chunk))
  return { output: keep, errors: keep, colour: false, words: () => Buffer.concat(parts).toString('utf8') }
}

export async function prepared(folder: string, over: Partial<PrepareOptions> = {}): Promise<Prepared> {
  return await prepare({ directory: folder, scope: 'apply', environment: plainEnvironment, arguments: [], colour: false, ...over })
}

/** A plan with changes. */
export async function planned(folder: string, over: Partial<PrepareOptions> = {}): Promise<Plan> {
  const result = await makePlan(await prepared(folder, over), listen())
  if (!result.changes) throw new Error('nothing to change')
  onTestFinished(() => result.plan.dispose())
  return result.plan
}

/** The real terraform on a folder, past the engine: what an attacker or a colleague does beside it. */
export function terraform(folder: string, args: readonly string[], environment: Environment = plainEnvironment): string {
  return execFileSync(program, args, { cwd: folder, env: { ...environment, TF_IN_AUTOMATION: '1' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The same without blocking: for a backend that this process serves. */
export async function terraformBeside(folder: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(program, args, { cwd: folder, env: { ...plainEnvironment, TF_IN_AUTOMATION: '1' } })
}

export function realTerraform(): string {
  return execFileSync('which', [program], { encoding: 'utf8' }).trim()
}
