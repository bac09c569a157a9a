/** From text to program in one step. */
import { CompileError, type Diagnostic } from '../error.ts'
import { parseModule, type ParseOptions } from '../syntax/parse.ts'
import type { Module } from '../syntax/tree.ts'
import { type Compiled, type CompileOptions, compileModules } from './compile.ts'

/** Texts by the names of their files. */
export type Sources = { readonly [file: string]: string }

/** Parses and compiles modules that belong together. Throws `CompileError` with the diagnostics of all files. */
export function compile(sources: Sources, options: CompileOptions & Pick<ParseOptions, 'version'> = {}): Compiled {
  const modules: Module[] = []
  const diagnostics: Diagnostic[] = []
  for (const [file, text] of Object.entries(sources)) {
    const parsed = parseModule(text, { file, ...(options.version === undefined ? {} : { version: options.version }) })
    if (parsed.ok) modules.push(parsed.value)
    else diagnostics.push(...parsed.diagnostics)
  }
  if (diagnostics.length > 0) throw new CompileError(diagnostics)
  return compileModules(modules, options)
}
