/** Checks modules without evaluating them. */
import { compileModules, type CompileOptions } from '../compile/compile.ts'
import { CompileError, type Diagnostic } from '../error.ts'
import type { Module } from '../syntax/tree.ts'
import { checkTypes } from './types.ts'
import { strictCheck } from './unused.ts'

export type CheckOptions = CompileOptions & {
  /** Also what is unused, hidden or deprecated. */
  readonly strict?: boolean
}

/** All diagnostics, in the order of files and lines. None means that the modules can be used. */
export function check(modules: readonly Module[], options: CheckOptions = {}): Diagnostic[] {
  const { strict = false, ...compile } = options
  const out: Diagnostic[] = []
  try {
    compileModules(modules, compile)
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    out.push(...error.diagnostics)
  }
  for (const module of modules) out.push(...checkTypes(module), ...(strict ? strictCheck(module) : []))
  return out.sort((a, b) => (a.location.file < b.location.file ? -1 : a.location.file > b.location.file ? 1 : a.location.row - b.location.row || a.location.col - b.location.col))
}
