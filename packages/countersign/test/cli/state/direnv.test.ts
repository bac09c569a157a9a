/** The line of the guide in an `.envrc`, with the real direnv and terraform: the credential is in that folder's environment, and in no file. */
import { execFileSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { signedIn } from '../signed-in.ts'
import { buildFirst, codeShownByWatch, hasDirenv, hasTerraform, program } from '../terminal.ts'
import { everyCode, stateOf, signs } from './kept-here.ts'

buildFirst()

describe.skipIf(!hasDirenv() || !hasTerraform())('state init --env under direnv', () => {
  it('asks once, and terraform has the state', async () => {
    const at = await signedIn()
    const { terminal } = at
    await signs(at, ['state', 'import', terminal.write('../one.tfstate', stateOf(3, ['kept']))])
    expect((await terminal.run(['state', 'init', '--write'])).code).toBe(0)
    const bin = join(terminal.home, 'bin')
    mkdirSync(bin)
    symlinkSync(program, join(bin, 'countersign'))
    terminal.environment['PATH'] = `${bin}:${terminal.environment['PATH'] ?? ''}`
    terminal.write('.envrc', 'eval "$(countersign state init --env)"\n')
    expect((await terminal.other('direnv', ['exec', '.', 'env'])).stderr).toContain('is blocked')
    expect((await terminal.other('direnv', ['allow', '.'])).code).toBe(0)

    // Another terminal shows what waits: terraform itself is silent.
    const answering = everyCode(at, [], codeShownByWatch)
    let watch: ChildProcess | undefined
    const watching = terminal.run(['watch'], { onOutput: (soFar, child) => answering(soFar, watch = child) })
    const listed = await terminal.other('direnv', ['exec', '.', 'sh', '-c', 'terraform init -input=false >&2 && terraform state list && echo "secret $TF_HTTP_PASSWORD"'])
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^terraform_data\.kept\nsecret cst_\S+\n$/) as unknown })
    watch?.kill('SIGINT')
    await watching
    expect(listed.stderr.match(/what you sign/g)).toHaveLength(1)
    const secret = /secret (\S+)/.exec(listed.stdout)?.[1] ?? 'none'
    expect(() => execFileSync('grep', ['-rF', secret, terminal.home], { encoding: 'utf8' })).toThrow()
  })
})
