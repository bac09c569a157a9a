// A server as a process of its own, to be killed: `serve.mjs DATA PORT [OPTIONS]`. Runs the built program. Says "ready" with its set-up link on stdout.
import { startServer } from '../../dist/server.mjs'

const [dataDir = '', port = '', more = '{}'] = process.argv.slice(2)
const server = await startServer({ dataDir, addresses: [{ host: '127.0.0.1', port: Number(port) }], url: `http://localhost:${port}`, demonstration: true, ...JSON.parse(more) })
process.stdout.write(`${JSON.stringify({ ready: true, setupLink: server.setupLink })}\n`)
