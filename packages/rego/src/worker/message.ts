/** What goes to a worker and what comes back: plain data that a structured clone carries. */
import { compile, type Sources } from '../compile/sources.ts'
import type { Compiled } from '../compile/compile.ts'
import { CompileError, type Diagnostic, EvaluationError, type EvaluateCode, type Location } from '../error.ts'
import { evaluate, type EvaluateOptions } from '../evaluate/evaluate.ts'
import { parseJson, put, toJson, type Value } from '../value/index.ts'

export type Program = { readonly sources: Sources; readonly version?: 'v0' | 'v1' | 'detect'; readonly capabilities?: readonly string[] }

/** `input` and `data` are JSON texts: they are read where they are used, so that a large document costs its sender nothing. */
export type Question = Omit<EvaluateOptions, 'input' | 'data' | 'coverage'> & { readonly query: string; readonly input?: string; readonly data?: string }

export type Request = { readonly id: number; readonly program?: Program; readonly question: Question }

export type Reply = { readonly id: number } & (
  | { readonly kind: 'results'; readonly results: readonly { readonly [name: string]: Value }[]; readonly printed: readonly { readonly text: string; readonly location: Location }[] }
  | { readonly kind: 'not-compiled'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'failed'; readonly code: EvaluateCode; readonly reason: string; readonly location: Location | undefined }
)

/** Answers requests one after another; the program that came last stays. Never throws. */
export function answerer(): (request: Request) => Reply {
  let program: Compiled | undefined
  return ({ id, program: given, question }) => {
    try {
      if (given !== undefined) {
        program = undefined
        const { sources, ...options } = given
        program = compile(sources, options)
      }
      if (program === undefined) throw new EvaluationError('eval_internal_error', 'no program was given')
      const { query, input, data, ...options } = question
      const found = evaluate(program, query, {
        ...options,
        ...(input === undefined ? {} : { input: parseJson(input) }),
        ...(data === undefined ? {} : { data: parseJson(data) }),
      })
      return { id, kind: 'results', results: found.results.map((one) => plain(one.bindings)), printed: found.printed }
    } catch (error) {
      if (error instanceof CompileError) return { id, kind: 'not-compiled', diagnostics: error.diagnostics }
      if (error instanceof EvaluationError) return { id, kind: 'failed', code: error.code, reason: error.reason, location: error.location }
      return { id, kind: 'failed', code: 'eval_internal_error', reason: error instanceof Error ? error.message : String(error), location: undefined }
    }
  }
}

function plain(bindings: { readonly [name: string]: Value }): { [name: string]: Value } {
  const out: Record<string, Value> = {}
  for (const [name, value] of Object.entries(bindings)) put(out, name, toJson(value))
  return out
}
