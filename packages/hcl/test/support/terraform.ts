/** What the real terraform accepts. One call judges a whole folder of files. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = process.env['TERRAFORM_BIN'] ?? 'terraform'
const environment = { ...process.env, TF_CLI_CONFIG_FILE: join(import.meta.dirname, 'no-such-file'), CHECKPOINT_DISABLE: '1', TF_CLI_ARGS: '', TF_CLI_ARGS_fmt: '' }

/** Whether terraform is there; its absence is said loudly, and with CI=true it is a failure. */
export const hasTerraform: boolean = ((): boolean => {
  if (spawnSync(program, ['version'], { env: environment, stdio: 'ignore' }).status === 0) return true
  if (process.env['CI'] === 'true') throw new Error('terraform is missing: install it, and put it on PATH.')
  process.stderr.write('\nSKIPPED: what needs terraform was not tested, because it is not on PATH.\n')
  return false
})()

/** Which of these texts `terraform fmt` rejects, by their index. */
export function rejectedByTerraform(texts: readonly (string | Uint8Array)[]): ReadonlySet<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hcl-fmt-'))
  try {
    for (const [i, text] of texts.entries()) writeFileSync(join(folder, `t${i}.tf`), text)
    const { stdout, stderr, status } = spawnSync(program, ['fmt', '-no-color', '-check', '-list=false', '-diff=false', folder], { env: environment, encoding: 'latin1', maxBuffer: 1 << 29 })
    if (status === null) throw new Error('terraform fmt did not end')
    const rejected = new Set<number>()
    for (const [, index] of (stdout + stderr).matchAll(/^Error: .*\n\n\s+on (?:\S*\/)?t(\d+)\.tf line/gm)) rejected.add(Number(index))
    if (status === 2 && rejected.size === 0) throw new Error(`terraform fmt failed:\n${stdout}${stderr}`)
    return rejected
  } finally {
    rmSync(folder, { recursive: true })
  }
}
