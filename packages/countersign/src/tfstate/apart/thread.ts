/** What runs on a thread: it answers requests, one after another, and nothing else. */
import { platform, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { compareStates } from '../compare/compare.ts'
import { TfstateError } from '../error.ts'
import { readState, surveyState } from '../read/read.ts'
import { outputsOnly } from '../redact/outputs-only.ts'
import { redactState } from '../redact/redact.ts'
import { readFacts, writeFacts } from './message.ts'
import type { Reply, Request } from './message.ts'

function answer({ id, work, body, before, options }: Request): void {
  try {
    if (work === 'survey') send({ id, kind: 'head', head: surveyState(body).head })
    else if (work === 'facts') {
      const facts = writeFacts(readState(body, options))
      send({ id, kind: 'facts', facts }, facts.json)
    } else if (work === 'compare') send({ id, kind: 'diff', diff: compareStates(before && readFacts(before), readFacts(body)) })
    else {
      const bytes = work === 'redact' ? redactState(body) : outputsOnly(body)
      send({ id, kind: 'bytes', bytes }, bytes)
    }
  } catch (error) {
    send(error instanceof TfstateError ? { id, kind: 'refused', code: error.code, message: error.message } : { id, kind: 'failed' })
  }
}

/** `given` is handed over and not copied. */
function send(reply: Reply, given?: Uint8Array): void {
  parentPort?.postMessage(reply, given?.buffer instanceof ArrayBuffer ? [given.buffer] : [])
}

// Whatever somebody waits for goes first where there are few processors. Only here does a priority belong to a thread (setpriority(2),
// "C library/kernel differences"); elsewhere it is the whole program's.
if (workerData === 'behind' && platform() === 'linux') setPriority(10)

parentPort?.on('message', answer)
