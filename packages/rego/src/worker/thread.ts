/** What runs in the worker: it answers messages, and nothing else. Start it with the platform's `Worker`. */
import { answerer, type Reply, type Request } from './message.ts'

type Port = { postMessage(reply: Reply, transfer: []): void }

const answer = answerer()

/** Node's workers speak through a port of their own, browsers' through the global object. */
if ('WorkerGlobalScope' in globalThis) {
  const port = globalThis as unknown as Port
  addEventListener('message', (event) => port.postMessage(answer((event as MessageEvent<Request>).data), []))
} else {
  const { parentPort } = await import('node:worker_threads')
  parentPort?.on('message', (request: Request) => parentPort.postMessage(answer(request), []))
}
