/** A backend that is not a file: its place in the plan, its credentials nowhere, its state after an apply. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { applyPlan } from '../../src/engine/index.ts'
import { hasTerraform, listen, place, planned, resource, terraformBeside } from './place.ts'

type Http = { url: string; state: () => { serial: number; lineage: string }; password: (next: string) => void }

/** Terraform's HTTP backend, as small as it goes. */
async function stateServer(): Promise<Http> {
  let stored: string | undefined
  let wanted = ''
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const known = request.headers.authorization === `Basic ${Buffer.from(`ci:${wanted}`).toString('base64')}`
      if (!known) response.writeHead(401).end()
      else if (request.method === 'POST') {
        stored = Buffer.concat(parts).toString('utf8')
        response.end()
      } else if (stored === undefined) response.writeHead(404).end()
      else response.end(stored)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/state/prod`,
    state: () => JSON.parse(stored ?? '{}') as { serial: number; lineage: string },
    password: (next) => (wanted = next),
  }
}

describe.skipIf(!hasTerraform())('with the HTTP backend', () => {
  it('the place is bound and the password is not, and the state is read back', async () => {
    const [at, http] = [place(), await stateServer()]
    const init = async (password: string): Promise<void> => {
      http.password(password)
      await terraformBeside(at.folder, ['init', '-reconfigure', '-input=false', `-backend-config=address=${http.url}`, '-backend-config=username=ci', `-backend-config=password=${password}`])
    }
    at.write('main.tf', `terraform {\n  backend "http" {}\n}\n${resource('x')}`)
    await init('first-password')
    const first = await planned(at.folder)
    expect(first.measured.backend).toMatchObject({ type: 'http', cliWorkspace: 'default' })
    expect(first.stateFile).toBeUndefined()
    await init('second-password')
    const second = await planned(at.folder)
    expect(second.measured.backend).toEqual(first.measured.backend)
    expect(JSON.stringify(second.measured)).not.toContain('password')
    const applied = await applyPlan(second, listen())
    expect(applied).toMatchObject({ result: 'applied', state: { serial: http.state().serial, lineage: http.state().lineage } })
  })
})
