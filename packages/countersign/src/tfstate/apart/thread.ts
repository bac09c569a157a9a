/** What runs on a thread that reads states. */
import { serve } from '../../apart/index.ts'
import type { Given } from '../../apart/index.ts'
import { compareStates } from '../compare/compare.ts'
import { TfstateError } from '../error.ts'
import { readWritten, surveyState } from '../read/read.ts'
import { outputsOnly } from '../redact/outputs-only.ts'
import { redactState } from '../redact/redact.ts'
import { readFacts } from './message.ts'
import type { Reply, Request } from './message.ts'

serve<Reply>({
  answer(request: Request) {
    try {
      return answerTo(request)
    } catch (error) {
      return { reply: error instanceof TfstateError ? { kind: 'refused', code: error.code, message: error.message } : { kind: 'failed' } }
    }
  },
})

function answerTo({ work, body, before, options }: Request): Given<Reply> {
  if (work === 'survey') return { reply: { kind: 'head', head: surveyState(body).head } }
  if (work === 'compare') return { reply: { kind: 'diff', diff: compareStates(before && readFacts(before), readFacts(body)) } }
  if (work === 'facts') {
    const facts = readWritten(body, options)
    return { reply: { kind: 'facts', facts }, given: facts.json }
  }
  const bytes = work === 'redact' ? redactState(body) : outputsOnly(body)
  return { reply: { kind: 'bytes', bytes }, given: bytes }
}
