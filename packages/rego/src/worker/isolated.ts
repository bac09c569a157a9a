/**
 * Evaluation in a worker, which is ended when its time is up. The budget of an evaluation already looks at the clock; this holds even
 * where one step of it takes for ever, and keeps the caller's own thread free.
 */
import { budgetError, CompileError, EvaluationError, type Location } from '../error.ts'
import type { Value } from '../value/index.ts'
import type { Program, Question, Reply, Request } from './message.ts'

/** What browsers' and Node's workers have in common, `on` for Node's and `addEventListener` for the others. */
export type WorkerLike = {
  postMessage(message: Request, transfer: []): void
  terminate(): unknown
  on?(event: string, listener: (message: unknown) => void): unknown
  addEventListener?(event: string, listener: (event: { readonly data?: unknown }) => void): void
}

export type IsolatedResult = { readonly results: readonly { readonly [name: string]: Value }[]; readonly printed: readonly { readonly text: string; readonly location: Location }[] }

type Waiting = { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void }

/** One program and one worker, started when first asked and again after it had to be ended. Questions are answered one at a time. */
export class Isolated {
  readonly #start: () => WorkerLike
  readonly #program: Program
  #worker: WorkerLike | undefined
  #waiting: Waiting | undefined
  #last: Promise<unknown> = Promise.resolve()
  #count = 0
  #fresh = true

  /** `start` makes a worker that runs `@countersign/rego/thread`. */
  constructor(program: Program, start: () => WorkerLike) {
    this.#program = program
    this.#start = start
  }

  /**
   * Answers a query. Rejects with `CompileError`, with `EvaluationError`, and after `milliseconds` with an `EvaluationError` of code
   * `eval_budget_error`; the worker is gone then, and the next question starts another.
   */
  evaluate(question: Question, milliseconds: number): Promise<IsolatedResult> {
    const next = this.#last.then(() => this.#ask(question, milliseconds))
    this.#last = next.catch(() => undefined)
    return next
  }

  /** Ends the worker. A question under way is rejected. */
  close(): void {
    this.#end(new EvaluationError('eval_cancel_error', 'the evaluation was ended'))
  }

  async #ask(question: Question, milliseconds: number): Promise<IsolatedResult> {
    const worker = (this.#worker ??= this.#begin())
    const id = ++this.#count
    const timer = setTimeout(() => this.#end(budgetError('the time of the budget is used up')), milliseconds)
    try {
      const reply = await new Promise<Reply>((resolve, reject) => {
        this.#waiting = { resolve, reject }
        worker.postMessage(this.#fresh ? { id, program: this.#program, question } : { id, question }, [])
      })
      this.#fresh = reply.kind === 'not-compiled'
      if (reply.kind === 'not-compiled') throw new CompileError(reply.diagnostics)
      if (reply.kind === 'failed') throw new EvaluationError(reply.code, reply.reason, reply.location)
      return { results: reply.results, printed: reply.printed }
    } finally {
      clearTimeout(timer)
      this.#waiting = undefined
    }
  }

  #begin(): WorkerLike {
    const worker = this.#start()
    this.#fresh = true
    const heard = (reply: unknown): void => this.#waiting?.resolve(reply as Reply)
    const died = (cause: unknown): void => {
      if (this.#worker === worker) this.#end(new EvaluationError('eval_internal_error', `the worker ended${cause instanceof Error ? `: ${cause.message}` : ''}`))
    }
    if (worker.on !== undefined) {
      worker.on('message', heard)
      worker.on('error', died)
      worker.on('exit', died)
    } else {
      worker.addEventListener?.('message', (event) => heard(event.data))
      worker.addEventListener?.('error', died)
    }
    return worker
  }

  #end(error: Error): void {
    const worker = this.#worker
    this.#worker = undefined
    this.#fresh = true
    void worker?.terminate()
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}
