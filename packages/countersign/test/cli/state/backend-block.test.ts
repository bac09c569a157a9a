import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backendBlock, stateAddress, workspaceOf, writtenBackends } from '../../../src/cli/state/backend-block.ts'
import { configuredBackend } from '../../../src/engine/index.ts'
import { scratchFolder } from '../../support/scratch-server.ts'
import { hasTerraform } from '../terminal.ts'

const server = 'https://countersign.example.com'

describe('the address of a state', () => {
  it.each(['payments/billing-prod', 'a/b/c', 'a/ü x', 'a/100%', 'a/lock', 'a/${x}', 'a/"'])('of %s leads back to it', (name) => {
    expect(stateAddress(server, name)).not.toMatch(/[\s"]/)
    expect(workspaceOf(stateAddress(server, name), [server])).toBe(name)
  })

  it('leads back for every name', () => {
    fc.assert(fc.property(fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/).filter((text) => !/^\.+$/.test(text)), fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/\p{Cs}|\ufffd/u.test(text)), (project, name) => {
      expect(workspaceOf(stateAddress(server, `${project}/${name}`), [server])).toBe(`${project}/${name}`)
    }), { numRuns: 200 })
  })

  it('of another server, of another path, of nothing, is none of ours', () => {
    for (const address of ['https://evil.example.com/state/v1/a/b', `${server}/state/v2/a/b`, `${server}/state/v1/a`, `${server}/state/v1/a/%zz`, 'no address', '']) {
      expect(workspaceOf(address, [server])).toBeUndefined()
    }
  })
})

describe.skipIf(!hasTerraform())('the backend block', () => {
  it.each(['payments/billing-prod', 'a/b c/ü', 'a/${x}', 'a/%{if true}'])('of %s is what terraform takes, and no secret is in it', async (name) => {
    const folder = await scratchFolder('block')
    const address = stateAddress('http://127.0.0.1:1', name)
    writeFileSync(join(folder, 'backend.tf'), backendBlock(address))
    expect(() => execFileSync(process.env['TERRAFORM_BIN'] ?? 'terraform', ['fmt', '-check', '-diff', '.'], { cwd: folder, stdio: 'pipe' })).not.toThrow()
    expect(backendBlock(address)).not.toMatch(/password|username/)
    // terraform keeps what it was configured with before it asks for the state: there is nobody to ask here.
    const environment = { ...process.env, TF_HTTP_RETRY_MAX: '0' }
    expect(() => execFileSync(process.env['TERRAFORM_BIN'] ?? 'terraform', ['init', '-input=false'], { cwd: folder, env: environment, stdio: 'pipe' })).toThrow(/127\.0\.0\.1:1|state/)
  })
})

describe('what a folder says of a backend', () => {
  it.each([
    ['main.tf', 'terraform {\n  backend "http" {}\n}\n', { type: 'http', credentials: false }],
    ['main.tf', 'terraform {\n  backend "http" {\n    password = "x"\n  }\n}\n', { type: 'http', credentials: true }],
    ['main.tf', 'terraform {\n  backend "s3" { # username = "x"\n  bucket = "b" // password = "y"\n }\n}\n', { type: 's3', credentials: false }],
    ['main.tofu', 'terraform {\n  cloud {\n organization = "o"\n }\n}\n', { type: 'cloud', credentials: false }],
    ['main.tf.json', '{"terraform": {"backend": {"http": {"username": "x"}}}}', { type: 'http', credentials: true }],
    ['main.tf.json', '{"terraform": {"backend": {"http": {"address": "https://a.example.com/state/v1/a/b%20c"}}}}', { type: 'http', address: 'https://a.example.com/state/v1/a/b%20c', credentials: false }],
    ['b.tf', backendBlock(stateAddress(server, 'a/b c/ü')), { type: 'http', address: `${server}/state/v1/a/b%20c%2F%C3%BC`, credentials: false }],
    ['b.tf', 'terraform {\n  backend "http" { lock_address = "https://x" }\n}\n', { type: 'http', credentials: false }],
    ['b.tf', 'terraform {\n  backend "s3" { address = "https://x" }\n}\n', { type: 's3', credentials: false }],
  ])('in %s: %j', async (file, text, found) => {
    const folder = await scratchFolder('written')
    writeFileSync(join(folder, file), text)
    expect(writtenBackends(folder)).toEqual([{ file, address: '', ...found }])
  })

  it('comments, strings and other blocks are none', async () => {
    const folder = await scratchFolder('written')
    writeFileSync(join(folder, 'main.tf'), '# backend "http" {}\n/* backend "http" {} */\nlocals {\n  a = "backend \\"http\\" {}"\n}\nresource "backend" "http" {}\n')
    expect(writtenBackends(folder)).toEqual([])
  })

  it('what terraform was initialised for is read, and TF_HTTP_ADDRESS counts where the block is silent', async () => {
    const folder = await scratchFolder('configured')
    const config = (backend: unknown): void => {
      mkdirSync(join(folder, '.terraform'), { recursive: true })
      writeFileSync(join(folder, '.terraform/terraform.tfstate'), JSON.stringify({ version: 3, backend }))
    }
    expect(configuredBackend(folder, {})).toBeUndefined()
    config({ type: 'http', config: { address: 'https://a', username: null, password: null } })
    expect(configuredBackend(folder, { TF_HTTP_ADDRESS: 'https://b' })).toEqual({ type: 'http', address: 'https://a', credentials: false })
    config({ type: 'http', config: { address: null, username: 'u' } })
    expect(configuredBackend(folder, { TF_HTTP_ADDRESS: 'https://b' })).toEqual({ type: 'http', address: 'https://b', credentials: true })
    config({ type: 's3', config: { address: 'https://a' } })
    expect(configuredBackend(folder, {})).toMatchObject({ type: 's3', address: '' })
    writeFileSync(join(folder, '.terraform/terraform.tfstate'), '{')
    expect(configuredBackend(folder, {})).toBeUndefined()
  })
})
