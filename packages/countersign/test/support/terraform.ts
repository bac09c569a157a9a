import { execFileSync } from 'node:child_process'

/** Skips loudly where terraform is missing; with CI=true that is a failure. */
export function terraformOrSkip(): { skip: boolean } {
  try {
    execFileSync(process.env['TERRAFORM_BIN'] ?? 'terraform', ['version'], { stdio: 'pipe' })
    return { skip: false }
  } catch {
    if (process.env['CI'] === 'true') throw new Error('terraform is missing: install it, and put it on PATH.')
    process.stderr.write('\nSKIPPED: what needs terraform was not tested, because it is not on PATH.\n')
    return { skip: true }
  }
}
