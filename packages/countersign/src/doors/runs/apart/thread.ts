/** What runs on a thread that reads plans. */
import { serve } from '../../../apart/index.ts'
import type { Given } from '../../../apart/index.ts'
import { outlineOf } from '../outline.ts'
import { takeRun } from '../take.ts'
import type { Reply, Request } from './message.ts'

serve<Reply>({
  answer(request: Request) {
    try {
      return answerTo(request)
    } catch {
      return { reply: { kind: 'failed' } }
    }
  },
})

function answerTo(request: Request): Given<Reply> {
  if (request.work === 'outline') {
    const outline = outlineOf(request.packed, request.digest)
    return { reply: { kind: 'outline', outline }, given: outline }
  }
  const taken = takeRun(request.bytes)
  return { reply: { kind: 'taken', taken }, given: packedIn(taken) }
}

function packedIn({ body }: ReturnType<typeof takeRun>): Uint8Array | null {
  return body.is === 'run' && 'packed' in body.asked.plan ? body.asked.plan.packed : null
}
