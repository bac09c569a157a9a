/** The real program: one process of its console for one answer, in a copy of the fixture. */
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'

/** What the console said: text, or the summary and the detail of its first error, spaces and line breaks as one space. */
export type Answer = { readonly text: string } | { readonly summary: string; readonly detail: string }

export function findTerraform(): string | undefined {
  const named = process.env['TERRAFORM_BIN']
  if (named !== undefined && named !== '') return named
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'terraform')).find((file) => existsSync(file))
}

function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, CHECKPOINT_DISABLE: '1' }
  for (const name of Object.keys(env)) if (name.startsWith('TF_')) delete env[name]
  return env
}

/** A copy of the fixture, initialised; the caller removes it. */
export function prepare(terraform: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'hcl-evaluate-'))
  cpSync(resolve(import.meta.dirname, 'fixture'), folder, { recursive: true })
  execFileSync(terraform, ['init', '-no-color', '-input=false'], { cwd: folder, env: environment(), stdio: 'pipe' })
  return folder
}

export function ask(terraform: string, folder: string, expression: string): Promise<Answer> {
  return new Promise((done, failed) => {
    const child = execFile(terraform, ['console', '-no-color'], { cwd: folder, env: environment(), timeout: 60_000, maxBuffer: 64_000_000 }, (error, stdout, stderr) => {
      if (error === null) done({ text: stdout.replace(/\n$/, '') })
      else if (stderr.includes('Error: ')) done(firstError(stderr))
      else failed(new Error(`terraform console: ${error.message} ${stderr}`))
    })
    child.stdin?.end(`${expression}\n`)
  })
}

function firstError(stderr: string): Answer {
  const [, block = ''] = stderr.split(/^Error: /m)
  const [summary = '', ...rest] = block.split('\n')
  const paragraphs = rest.join('\n').split(/\n *\n/).filter((one) => !/^\s*on .* line \d+/.test(one))
  return { summary, detail: flat(paragraphs.join('\n')) }
}

export const flat = (s: string): string => s.replace(/\s+/g, ' ').trim()
