/** HTTPS in front of a server that speaks HTTP: a certificate authority of its own, and every request handed on with its Host. */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createAuthority } from './certificates.ts'
import { scratchFolder } from './scratch-server.ts'

export type TlsFront = { caFile: string }

export async function tlsFront(port: number, behind: number): Promise<TlsFront> {
  const authority = await createAuthority()
  const server = https.createServer(await authority.issue('localhost'), (request, response) => {
    const onward = http.request({ host: '127.0.0.1', port: behind, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const caFile = join(await scratchFolder('tls'), 'ca.pem')
  await writeFile(caFile, authority.ca)
  return { caFile }
}
