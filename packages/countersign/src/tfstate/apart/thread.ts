/** What runs on a thread: it answers requests, one after another, and nothing else. */
import { parentPort } from 'node:worker_threads'
import { TfstateError } from '../error.ts'
import { readState } from '../read/read.ts'
import { outputsOnly } from '../redact/outputs-only.ts'
import { redactState } from '../redact/redact.ts'
import { packFacts } from './message.ts'
import type { Reply, Request } from './message.ts'

function answer({ id, work, body, options }: Request): Reply {
  try {
    if (work === 'read') return { id, kind: 'facts', facts: packFacts(readState(body, options)) }
    return { id, kind: 'bytes', bytes: work === 'redact' ? redactState(body) : outputsOnly(body) }
  } catch (error) {
    if (error instanceof TfstateError) return { id, kind: 'refused', code: error.code, message: error.message }
    return { id, kind: 'failed' }
  }
}

parentPort?.on('message', (request: Request) => {
  const reply = answer(request)
  parentPort?.postMessage(reply, reply.kind === 'bytes' && reply.bytes.buffer instanceof ArrayBuffer ? [reply.bytes.buffer] : [])
})
